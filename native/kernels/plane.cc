#include "kernels/plane.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels/copy.h"

namespace camserver {
namespace {

// Neighbouring pixels that are equal would wait for each other's increment; four tables keep them apart.
constexpr size_t tables = 4;

template <class T>
Measurement measure_each_value(const ImageView &image, uint32_t *counts, size_t bins) {
    constexpr int64_t lowest = std::numeric_limits<T>::min();
    constexpr size_t values = size_t{1} << (8 * sizeof(T));
    std::vector<uint32_t> partial(tables * values);
    for (size_t row = 0; row < image.rows; ++row) {
        const T *source = row_of<T>(image, row);
        size_t column = 0;
        for (; column + tables <= image.columns; column += tables) {
            for (size_t i = 0; i < tables; ++i, source += image.column_stride) {
                ++partial[i * values + static_cast<size_t>(*source - lowest)];
            }
        }
        for (; column < image.columns; ++column, source += image.column_stride) {
            ++partial[static_cast<size_t>(*source - lowest)];
        }
    }
    std::memset(counts, 0, bins * sizeof(*counts));
    const double infinity = std::numeric_limits<double>::infinity();
    Measurement result{static_cast<double>(lowest), 1, infinity, -infinity, 0};
    for (size_t i = 0; i < values; ++i) {
        uint32_t count = 0;
        for (size_t table = 0; table < tables; ++table) count += partial[table * values + i];
        if (count == 0) continue;
        const double value = static_cast<double>(lowest) + static_cast<double>(i);
        if (result.minimum == infinity) result.minimum = value;
        result.maximum = value;
        counts[i] = count;
    }
    return result;
}

template <class T>
Measurement measure_range(const ImageView &image, uint32_t *counts, size_t bins) {
    const double infinity = std::numeric_limits<double>::infinity();
    Measurement result{0, 0, infinity, -infinity, 0};
    for (size_t row = 0; row < image.rows; ++row) {
        const T *source = row_of<T>(image, row);
        for (size_t column = 0; column < image.columns; ++column, source += image.column_stride) {
            const double value = static_cast<double>(*source);
            if (!std::isfinite(value)) {
                ++result.not_finite;
                continue;
            }
            result.minimum = std::min(result.minimum, value);
            result.maximum = std::max(result.maximum, value);
        }
    }
    std::memset(counts, 0, bins * sizeof(*counts));
    if (result.minimum > result.maximum) return result;
    result.low = result.minimum;
    const double width = result.maximum - result.minimum;
    // the largest value falls into the last bin, not behind it
    result.scale = width > 0 ? static_cast<double>(bins) * (1 - 1e-12) / width : 1;
    if (!std::isfinite(result.scale) || !std::isfinite(width)) result.scale = 0;
    for (size_t row = 0; row < image.rows; ++row) {
        const T *source = row_of<T>(image, row);
        for (size_t column = 0; column < image.columns; ++column, source += image.column_stride) {
            const double value = static_cast<double>(*source);
            if (!std::isfinite(value)) continue;
            const double bin = (value - result.low) * result.scale;
            ++counts[std::min(bins - 1, static_cast<size_t>(bin))];
        }
    }
    return result;
}

template <class Out>
Out limited(double value) {
    if (!(value > 0)) return 0;
    return static_cast<Out>(std::min(value + 0.5, static_cast<double>(std::numeric_limits<Out>::max())));
}

// Takes a row into `line`, the sums or largest values of the rows of a block so far.
template <class T, class Sum>
void take_row(const ImageView &image, size_t row, bool is_first, bool peak, Sum *line) {
    const T *source = row_of<T>(image, row);
    const size_t columns = image.columns;
    if (image.column_stride != 1) {
        for (size_t i = 0; i < columns; ++i, source += image.column_stride) {
            const auto pixel = static_cast<Sum>(*source);
            line[i] = is_first ? pixel : peak ? std::max(line[i], pixel) : line[i] + pixel;
        }
    } else if (is_first) {
        for (size_t i = 0; i < columns; ++i) line[i] = static_cast<Sum>(source[i]);
    } else if (peak) {
        for (size_t i = 0; i < columns; ++i) line[i] = std::max(line[i], static_cast<Sum>(source[i]));
    } else {
        for (size_t i = 0; i < columns; ++i) line[i] += static_cast<Sum>(source[i]);
    }
}

template <class T, class Sum, class Out>
void reduce_typed(const ImageView &image, size_t factor, bool peak, PlaneScale scale, Out *plane) {
    std::vector<Sum> line(image.columns);
    for (size_t top = 0; top < image.rows; top += factor) {
        const size_t bottom = std::min(image.rows, top + factor);
        for (size_t row = top; row < bottom; ++row) take_row<T>(image, row, row == top, peak, line.data());
        for (size_t left = 0; left < image.columns; left += factor) {
            const size_t right = std::min(image.columns, left + factor);
            Sum value = line[left];
            for (size_t i = left + 1; i < right; ++i) value = peak ? std::max(value, line[i]) : value + line[i];
            const double pixels = peak ? 1 : static_cast<double>((bottom - top) * (right - left));
            *plane++ = limited<Out>((static_cast<double>(value) / pixels - scale.low) * scale.scale);
        }
    }
}

// Block sums of small integers are exact; those of up to this factor fit 32 bits, which are faster.
constexpr size_t largest_small_factor = 128;

template <class T, class Out>
void reduce_with_sum(const ImageView &image, size_t factor, bool peak, PlaneScale scale, Out *plane) {
    // a camera of 16 bits in its full size, which is what most viewers look at
    if (std::is_same_v<T, Out> && factor == 1 && scale.low == 0 && scale.scale == 1) return copy_row_major(image, plane);
    if constexpr (std::is_floating_point_v<T> || sizeof(T) == 8) {
        reduce_typed<T, double>(image, factor, peak, scale, plane);
    } else if (sizeof(T) <= 2 && factor <= largest_small_factor) {
        reduce_typed<T, int32_t>(image, factor, peak, scale, plane);
    } else {
        reduce_typed<T, int64_t>(image, factor, peak, scale, plane);
    }
}

}  // namespace

Measurement measure(const ImageView &image, uint32_t *counts, size_t bins) {
    return with_type(image.type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (std::is_integral_v<T> && sizeof(T) <= 2) {
            if (bins == 65536) return measure_each_value<T>(image, counts, bins);
        }
        return measure_range<T>(image, counts, bins);
    });
}

void reduce_to_plane(const ImageView &image, size_t factor, bool peak, PlaneScale scale, ElementType type, void *plane) {
    with_type(image.type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if (type == ElementType::uint8) reduce_with_sum<T>(image, factor, peak, scale, static_cast<uint8_t *>(plane));
        else reduce_with_sum<T>(image, factor, peak, scale, static_cast<uint16_t *>(plane));
    });
}

}  // namespace camserver
