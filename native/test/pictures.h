// Images in every arrangement that views have, in memory of exactly their size.
#pragma once

#include <memory>

#include "check.h"
#include "kernels/image.h"

template <class T>
constexpr camserver::ElementType element_type() {
    using camserver::ElementType;
    if constexpr (std::is_same_v<T, float>) return ElementType::float32;
    if constexpr (std::is_same_v<T, double>) return ElementType::float64;
    constexpr int index = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 2 : sizeof(T) == 4 ? 4 : 6;
    return static_cast<ElementType>(index + (std::is_signed_v<T> ? 0 : 1));
}

enum class Layout { plain, cropped, mirrored, transposed };
constexpr Layout layouts[] = {Layout::plain, Layout::cropped, Layout::mirrored, Layout::transposed};

template <class T>
struct Picture {
    std::unique_ptr<T[]> memory;
    camserver::ImageView view;

    T at(size_t row, size_t column) const {
        return camserver::row_of<T>(view, row)[static_cast<ptrdiff_t>(column) * view.column_stride];
    }
};

// Pixels from `lowest` on, random in `count` values.
template <class T>
Picture<T> make_picture(size_t rows, size_t columns, Layout layout, double lowest, uint32_t count, uint32_t *state) {
    const size_t gap = layout == Layout::cropped ? 5 : 0;
    const size_t size = rows * columns + gap * (rows - 1);
    Picture<T> picture{std::make_unique<T[]>(size), {element_type<T>(), nullptr, rows, columns, 0, 0}};
    for (size_t i = 0; i < size; ++i) picture.memory[i] = static_cast<T>(lowest + next_random(state) % count);
    camserver::ImageView &view = picture.view;
    view.first = layout == Layout::mirrored ? &picture.memory[size - 1] : picture.memory.get();
    const ptrdiff_t width = static_cast<ptrdiff_t>(columns + gap);
    view.row_stride = layout == Layout::mirrored ? -width : layout == Layout::transposed ? 1 : width;
    view.column_stride = layout == Layout::mirrored ? -1 : layout == Layout::transposed ? static_cast<ptrdiff_t>(rows) : 1;
    return picture;
}

struct Size {
    size_t rows, columns;
};
