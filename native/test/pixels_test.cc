#include "kernels/pixels.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/copy.h"
#include "kernels/plane.h"
#include "kernels/simulation.h"
#include "pictures.h"

using namespace camserver;

namespace {

constexpr Size sizes[] = {{1, 1}, {3, 7}, {9, 16}, {70, 65}};

// Calls `action` with pictures of a type in all sizes and arrangements.
template <class T, class Action>
void each_picture(uint32_t *state, Action action) {
    for (const Size &size : sizes) {
        for (Layout layout : layouts) {
            action(make_picture<T>(size.rows, size.columns, layout, std::is_signed_v<T> ? -50 : 0, 120, state));
        }
    }
}

template <class T>
void copies_and_converts(uint32_t *state) {
    each_picture<T>(state, [](const Picture<T> &picture) {
        const auto [type, first, rows, columns, row_stride, column_stride] = picture.view;
        const auto copy = std::make_unique<T[]>(rows * columns);
        const auto doubles = std::make_unique<double[]>(rows * columns);
        const auto bytes = std::make_unique<uint8_t[]>(rows * columns);
        const auto sums = std::make_unique<double[]>(rows * columns);
        const auto scaled = std::make_unique<int16_t[]>(rows * columns);
        copy_row_major(picture.view, copy.get());
        convert(picture.view, ElementType::float64, doubles.get());
        convert(picture.view, ElementType::uint8, bytes.get());
        accumulate(picture.view, ElementType::float64, sums.get());
        accumulate(picture.view, ElementType::float64, sums.get());
        apply(picture.view, Arithmetic::multiply, 300, ElementType::int16, scaled.get());
        for (size_t i = 0; i < rows * columns; ++i) {
            const T pixel = picture.at(i / columns, i % columns);
            const auto whole = static_cast<int64_t>(pixel);
            CHECK(copy[i] == pixel && doubles[i] == static_cast<double>(pixel) && sums[i] == 2 * static_cast<double>(pixel));
            CHECK(bytes[i] == static_cast<uint8_t>(whole) && scaled[i] == static_cast<int16_t>(whole * 300));
        }
    });
}

template <class T>
void bins(uint32_t *state) {
    each_picture<T>(state, [](const Picture<T> &picture) {
        for (const auto &[by_rows, by_columns] : {Size{1, 1}, Size{2, 3}, Size{4, 7}}) {
            const size_t rows = picture.view.rows / by_rows, columns = picture.view.columns / by_columns;
            const auto result = std::make_unique<uint16_t[]>(rows * columns);
            bin(picture.view, by_columns, by_rows, false, result.get());
            for (size_t i = 0; i < rows * columns; ++i) {
                double sum = 0;
                for (size_t j = 0; j < by_rows * by_columns; ++j) {
                    const size_t row = i / columns * by_rows + j / by_columns;
                    sum += static_cast<double>(picture.at(row, i % columns * by_columns + j % by_columns));
                }
                CHECK(result[i] == (sum > 0 ? sum : 0));
            }
        }
    });
}

template <class T>
void measures_and_reduces(uint32_t *state) {
    each_picture<T>(state, [](const Picture<T> &picture) {
        const size_t rows = picture.view.rows, columns = picture.view.columns;
        const bool is_small = std::is_integral_v<T> && sizeof(T) <= 2;
        const size_t bins = is_small ? 65536 : 100;
        const auto counts = std::make_unique<uint32_t[]>(bins);
        const Measurement measurement = measure(picture.view, counts.get(), bins);
        double minimum = picture.at(0, 0), maximum = minimum;
        uint64_t total = 0;
        for (size_t i = 0; i < rows * columns; ++i) {
            minimum = std::min<double>(minimum, picture.at(i / columns, i % columns));
            maximum = std::max<double>(maximum, picture.at(i / columns, i % columns));
        }
        for (size_t i = 0; i < bins; ++i) total += counts[i];
        CHECK(measurement.minimum == minimum && measurement.maximum == maximum && total == rows * columns);
        for (size_t factor : {1, 2, 5}) {
            const auto plane = std::make_unique<uint16_t[]>(((rows + factor - 1) / factor) * ((columns + factor - 1) / factor));
            reduce_to_plane(picture.view, factor, true, {minimum, 2}, ElementType::uint16, plane.get());
            double largest = minimum;
            for (size_t i = 0; i < std::min(rows, factor) * std::min(columns, factor); ++i) {
                const size_t width = std::min(columns, factor);
                largest = std::max<double>(largest, picture.at(i / width, i % width));
            }
            CHECK(plane[0] == std::round((largest - minimum) * 2));
        }
    });
}

template <class T>
void works_on_pixels(uint32_t *state) {
    copies_and_converts<T>(state);
    bins<T>(state);
    measures_and_reduces<T>(state);
}

// Conversions that C++ leaves undefined must be those of the format: cut, wrapped, and 0 for what is not finite.
void converts_extreme_values() {
    const double infinity = std::numeric_limits<double>::infinity();
    const double values[] = {-1.9, 70000.5, 1e18, -1e30, infinity, std::nan(""), 18446744073709551616.0 + 4096};
    const uint16_t expected[] = {65535, 4464, static_cast<uint16_t>(1000000000000000000), 0, 0, 0, 4096};
    uint16_t results[7];
    convert({ElementType::float64, values, 1, 7, 7, 1}, ElementType::uint16, results);
    CHECK(std::memcmp(results, expected, sizeof(results)) == 0);
    uint32_t counts[4];
    const Measurement measurement = measure({ElementType::float64, values, 1, 7, 7, 1}, counts, 4);
    CHECK(measurement.not_finite == 2 && counts[0] + counts[1] + counts[2] + counts[3] == 5);
    for (double operand : {1e300, -1e300, 0.5}) {
        int32_t products[7];
        apply({ElementType::float64, values, 1, 7, 7, 1}, Arithmetic::multiply, operand, ElementType::int32, products);
        apply({ElementType::float64, values, 1, 7, 7, 1}, Arithmetic::add, operand, ElementType::int32, products);
    }
    CHECK(true);
}

void looks_up_colours() {
    uint8_t table[1024];
    for (size_t i = 0; i < 1024; ++i) table[i] = static_cast<uint8_t>(i / 4);
    const double values[] = {-1, 0, 0.5, 0.999, 1, 7, std::nan("")};
    const uint8_t expected[] = {0, 0, 128, 255, 255, 255, 0};
    const auto colours = std::make_unique<uint8_t[]>(28);
    colorize(values, 7, table, colours.get());
    for (size_t i = 0; i < 28; ++i) CHECK(colours[i] == expected[i / 4]);
}

void simulates_noise_on_a_beam() {
    for (size_t width : {1, 31, 32, 33, 100}) {
        const auto columns = std::make_unique<uint16_t[]>(width);
        uint16_t rows[] = {0, 65535, 30000};
        uint32_t state[kNoiseLanes];
        for (uint32_t i = 0; i < kNoiseLanes; ++i) state[i] = i + 1;
        for (size_t i = 0; i < width; ++i) columns[i] = static_cast<uint16_t>(i * 600);
        const auto pixels = std::make_unique<uint16_t[]>(3 * width);
        simulate_beam(columns.get(), width, rows, 3, state, pixels.get());
        for (size_t i = 0; i < 3 * width; ++i) {
            const uint32_t beam = columns[i % width] * uint32_t{rows[i / width]} >> 16;
            CHECK(pixels[i] >= std::min<uint32_t>(beam, 58981) && pixels[i] <= std::min<uint32_t>(beam + 6553, 58981));
        }
        CHECK(state[0] != 1);
    }
}

}  // namespace

int main() {
    uint32_t state = 12;
    works_on_pixels<uint8_t>(&state);
    works_on_pixels<int16_t>(&state);
    works_on_pixels<uint16_t>(&state);
    works_on_pixels<int32_t>(&state);
    works_on_pixels<uint64_t>(&state);
    works_on_pixels<float>(&state);
    works_on_pixels<double>(&state);
    converts_extreme_values();
    looks_up_colours();
    simulates_noise_on_a_beam();
    std::printf("pixels: %d checks, %d failed\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
