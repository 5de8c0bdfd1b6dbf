// What the kernels see of an image: element types and strided views.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace camserver {

enum class ElementType { int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64 };

// Element [row, column] is first[row * row_stride + column * column_stride]; strides are in elements and may be negative.
struct ImageView {
    ElementType type;
    const void *first;
    size_t rows;
    size_t columns;
    ptrdiff_t row_stride;
    ptrdiff_t column_stride;

    bool is_row_major() const {
        return (column_stride == 1 || columns <= 1) && (row_stride == static_cast<ptrdiff_t>(columns) || rows <= 1);
    }
};

// The row of a view, as a pointer to its element in column 0.
template <class T>
inline const T *row_of(const ImageView &view, size_t row) {
    return static_cast<const T *>(view.first) + static_cast<ptrdiff_t>(row) * view.row_stride;
}

template <class T>
struct TypeTag {
    using type = T;
};

// Calls `action` with the C++ type that belongs to an element type.
template <class Action>
auto with_type(ElementType type, Action &&action) {
    switch (type) {
        case ElementType::int8: return action(TypeTag<int8_t>{});
        case ElementType::uint8: return action(TypeTag<uint8_t>{});
        case ElementType::int16: return action(TypeTag<int16_t>{});
        case ElementType::uint16: return action(TypeTag<uint16_t>{});
        case ElementType::int32: return action(TypeTag<int32_t>{});
        case ElementType::uint32: return action(TypeTag<uint32_t>{});
        case ElementType::int64: return action(TypeTag<int64_t>{});
        case ElementType::uint64: return action(TypeTag<uint64_t>{});
        case ElementType::float32: return action(TypeTag<float>{});
        default: return action(TypeTag<double>{});
    }
}

inline size_t element_size(ElementType type) {
    return with_type(type, [](auto tag) { return sizeof(typename decltype(tag)::type); });
}

inline bool is_floating(ElementType type) { return type == ElementType::float32 || type == ElementType::float64; }

}  // namespace camserver
