#include "kernels/copy.h"

#include <algorithm>
#include <cstring>

namespace camserver {
namespace {

// Lines of a block: 64 rows and columns of two bytes are 8 kB on each side.
constexpr size_t block = 64;

template <class T>
void copy_block(const ImageView &view, T *destination, size_t row, size_t rows, size_t column, size_t columns) {
    for (size_t i = row; i < row + rows; ++i) {
        const T *source = row_of<T>(view, i) + static_cast<ptrdiff_t>(column) * view.column_stride;
        T *target = destination + i * view.columns + column;
        for (size_t j = 0; j < columns; ++j) target[j] = source[static_cast<ptrdiff_t>(j) * view.column_stride];
    }
}

template <class T>
void copy_reversed(const T *source, T *target, size_t count) {
    for (size_t j = 0; j < count; ++j) target[j] = source[-static_cast<ptrdiff_t>(j)];
}

template <class T>
void copy_typed(const ImageView &view, T *destination) {
    if (view.column_stride == 1 || view.column_stride == -1) {
        for (size_t i = 0; i < view.rows; ++i) {
            T *target = destination + i * view.columns;
            if (view.column_stride == -1) copy_reversed(row_of<T>(view, i), target, view.columns);
            else std::memcpy(target, row_of<T>(view, i), view.columns * sizeof(T));
        }
        return;
    }
    for (size_t i = 0; i < view.rows; i += block) {
        for (size_t j = 0; j < view.columns; j += block) {
            copy_block(view, destination, i, std::min(block, view.rows - i), j, std::min(block, view.columns - j));
        }
    }
}

}  // namespace

void copy_row_major(const ImageView &view, void *destination) {
    if (view.rows == 0 || view.columns == 0) return;
    switch (element_size(view.type)) {
        case 1: return copy_typed(view, static_cast<uint8_t *>(destination));
        case 2: return copy_typed(view, static_cast<uint16_t *>(destination));
        case 4: return copy_typed(view, static_cast<uint32_t *>(destination));
        default: return copy_typed(view, static_cast<uint64_t *>(destination));
    }
}

}  // namespace camserver
