#include "kernels/pixels.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace camserver {
namespace {

// Calls `action(source, target, count)` for each row, with neighbouring pixels side by side.
template <class In, class Out, class Action>
void each_row(const ImageView &image, Out *destination, Action action) {
    std::vector<In> gathered(image.column_stride == 1 ? 0 : image.columns);
    for (size_t row = 0; row < image.rows; ++row) {
        const In *source = row_of<In>(image, row);
        if (image.column_stride != 1) {
            for (size_t i = 0; i < image.columns; ++i) gathered[i] = source[static_cast<ptrdiff_t>(i) * image.column_stride];
            source = gathered.data();
        }
        action(source, destination + row * image.columns, image.columns);
    }
}

template <class Out, class In>
inline Out converted(In value) {
    if constexpr (std::is_floating_point_v<Out> || !std::is_floating_point_v<In>) {
        return static_cast<Out>(value);
    } else {
        // Most values fit 64 bits; the others wrap too, by an exact remainder.
        const double wide = value;
        if (wide > -9223372036854775808.0 && wide < 9223372036854775808.0) {
            return static_cast<Out>(static_cast<uint64_t>(static_cast<int64_t>(wide)));
        }
        if (!std::isfinite(wide)) return 0;
        const double rest = std::fmod(std::fabs(wide), 18446744073709551616.0);
        const uint64_t magnitude = static_cast<uint64_t>(rest);
        return static_cast<Out>(wide < 0 ? 0 - magnitude : magnitude);
    }
}

// 64-bit integers and floats are summed as double, as the sums of smaller integers are exact in 64 bits.
template <class T>
using BinSum = std::conditional_t<std::is_floating_point_v<T> || sizeof(T) == 8, double, int64_t>;

template <class T>
uint16_t limited(T sum, double divisor) {
    const double value = std::trunc(static_cast<double>(sum) / divisor);
    if (!(value > 0)) return 0;
    return static_cast<uint16_t>(std::min(value, 65535.0));
}

template <class T>
void bin_typed(const ImageView &image, size_t binning_x, size_t binning_y, bool mean, uint16_t *destination) {
    const size_t rows = image.rows / binning_y;
    const size_t columns = image.columns / binning_x;
    const double divisor = mean ? static_cast<double>(binning_x) * static_cast<double>(binning_y) : 1.0;
    std::vector<BinSum<T>> sums(columns);
    for (size_t row = 0; row < rows; ++row) {
        std::fill(sums.begin(), sums.end(), BinSum<T>{0});
        for (size_t line = row * binning_y; line < (row + 1) * binning_y; ++line) {
            const T *source = row_of<T>(image, line);
            for (size_t column = 0; column < columns; ++column) {
                BinSum<T> sum = 0;
                for (size_t i = 0; i < binning_x; ++i, source += image.column_stride) sum += static_cast<BinSum<T>>(*source);
                sums[column] += sum;
            }
        }
        for (size_t column = 0; column < columns; ++column) {
            destination[row * columns + column] = limited(sums[column], divisor);
        }
    }
}

template <class In, class Out>
void apply_typed(const ImageView &image, Arithmetic operation, double operand, Out *destination) {
    // Integers are computed modulo 2^64 and cut, which is the same as wrapping at the end.
    using Wide = std::conditional_t<std::is_floating_point_v<Out>, double, uint64_t>;
    Wide value;
    if constexpr (std::is_floating_point_v<Out>) value = static_cast<double>(static_cast<Out>(operand));
    else value = converted<uint64_t>(operand);
    const auto widen = [](In pixel) { return converted<Wide>(pixel); };
    each_row<In, Out>(image, destination, [&](const In *source, Out *target, size_t count) {
        if (operation == Arithmetic::multiply) {
            for (size_t i = 0; i < count; ++i) target[i] = static_cast<Out>(widen(source[i]) * value);
        } else {
            for (size_t i = 0; i < count; ++i) target[i] = static_cast<Out>(widen(source[i]) + value);
        }
    });
}

template <class Sum>
void accumulate_typed(const ImageView &image, Sum *sum) {
    with_type(image.type, [&](auto tag) {
        using In = typename decltype(tag)::type;
        each_row<In, Sum>(image, sum, [](const In *source, Sum *target, size_t count) {
            for (size_t i = 0; i < count; ++i) {
                target[i] = static_cast<Sum>(static_cast<double>(target[i]) + static_cast<double>(source[i]));
            }
        });
    });
}

}  // namespace

void bin(const ImageView &image, size_t binning_x, size_t binning_y, bool mean, uint16_t *destination) {
    with_type(image.type, [&](auto tag) {
        bin_typed<typename decltype(tag)::type>(image, binning_x, binning_y, mean, destination);
    });
}

void apply(const ImageView &image, Arithmetic operation, double operand, ElementType type, void *destination) {
    with_type(image.type, [&](auto in) {
        with_type(type, [&](auto out) {
            using Out = typename decltype(out)::type;
            apply_typed<typename decltype(in)::type, Out>(image, operation, operand, static_cast<Out *>(destination));
        });
    });
}

void convert(const ImageView &image, ElementType type, void *destination) {
    with_type(image.type, [&](auto in) {
        using In = typename decltype(in)::type;
        with_type(type, [&](auto out) {
            using Out = typename decltype(out)::type;
            each_row<In, Out>(image, static_cast<Out *>(destination), [](const In *source, Out *target, size_t count) {
                for (size_t i = 0; i < count; ++i) target[i] = converted<Out>(source[i]);
            });
        });
    });
}

void accumulate(const ImageView &image, ElementType sum_type, void *sum) {
    if (sum_type == ElementType::float32) accumulate_typed(image, static_cast<float *>(sum));
    else accumulate_typed(image, static_cast<double *>(sum));
}

void colorize(const double *values, size_t count, const uint8_t *table, uint8_t *colours) {
    for (size_t i = 0; i < count; ++i) {
        const double value = values[i];
        if (value != value) {
            std::memset(colours + 4 * i, 0, 4);
            continue;
        }
        const size_t index = value >= 1 ? 255 : value > 0 ? static_cast<size_t>(256 * value) : 0;
        std::memcpy(colours + 4 * i, table + 4 * index, 4);
    }
}

}  // namespace camserver
