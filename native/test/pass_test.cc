#include "kernels/pass.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/dispatch.h"
#include "pictures.h"

using namespace camserver;

namespace {

// Around the widths of registers, and beyond one piece of a row.
constexpr Size sizes[] = {{1, 1}, {3, 7}, {5, 16}, {4, 33}, {2, 4100}};

struct Case {
    Background mode;
    bool has_threshold;
    double threshold;
    bool is_stored;
    bool has_statistics;
};

constexpr Case cases[] = {
    {Background::none, false, 0, false, true},   {Background::none, false, 0, true, false},
    {Background::none, true, 7, true, true},     {Background::clamp, false, 0, true, true},
    {Background::clamp, true, 3, true, true},    {Background::clamp, true, 3, true, false},
    {Background::signed_, false, 0, true, true}, {Background::signed_, true, -2, true, true},
};

// What the pass is defined to do, pixel by pixel.
template <class In, class Out>
std::vector<Out> expected_pixels(const Picture<In> &image, const Picture<uint16_t> &background, const Case &wanted) {
    std::vector<Out> pixels;
    for (size_t row = 0; row < image.view.rows; ++row) {
        for (size_t column = 0; column < image.view.columns; ++column) {
            const auto pixel = static_cast<long double>(image.at(row, column));
            const long double subtrahend = wanted.mode == Background::none ? 0 : background.at(row, column);
            long double value = pixel - subtrahend;
            if (wanted.mode == Background::clamp) value = std::max<long double>(value, 0);
            if (wanted.has_threshold && value < wanted.threshold) value = 0;
            pixels.push_back(static_cast<Out>(value));
        }
    }
    return pixels;
}

template <class Out>
double number(PassNumber value) {
    return sizeof(Out) == 8 && std::is_integral_v<Out> ? static_cast<double>(value.whole) : value.real;
}

template <class In, class Out>
void compare(Size size, Layout layout, const Case &wanted, uint32_t *state) {
    using Sum = std::conditional_t<std::is_floating_point_v<Out>, Out, int64_t>;
    const Picture<In> image = make_picture<In>(size.rows, size.columns, layout, std::is_signed_v<In> ? -20 : 0, 100, state);
    const Picture<uint16_t> background = make_picture<uint16_t>(size.rows, size.columns, layout, 0, 50, state);
    const std::vector<Out> expected = expected_pixels<In, Out>(image, background, wanted);
    const auto pixels = std::make_unique<Out[]>(expected.size());
    const auto column_sums = std::make_unique<Sum[]>(size.columns);
    const auto row_sums = std::make_unique<Sum[]>(size.rows);
    PassRequest request;
    request.image = image.view;
    request.mode = wanted.mode;
    request.background = background.view;
    request.has_threshold = wanted.has_threshold;
    request.threshold = wanted.threshold;
    request.destination = wanted.is_stored ? pixels.get() : nullptr;
    request.column_sums = wanted.has_statistics ? column_sums.get() : nullptr;
    request.row_sums = wanted.has_statistics ? row_sums.get() : nullptr;
    const PassResult result = pass(request);
    if (wanted.is_stored) CHECK(std::equal(expected.begin(), expected.end(), pixels.get()));
    if (!wanted.has_statistics) return;
    std::vector<Sum> columns(size.columns), rows(size.rows);
    double total = 0;
    for (size_t i = 0; i < expected.size(); ++i) {
        columns[i % size.columns] += static_cast<Sum>(expected[i]);
        rows[i / size.columns] += static_cast<Sum>(expected[i]);
        total += static_cast<double>(expected[i]);
    }
    CHECK(std::equal(columns.begin(), columns.end(), column_sums.get()));
    CHECK(std::equal(rows.begin(), rows.end(), row_sums.get()));
    const auto [minimum, maximum] = std::minmax_element(expected.begin(), expected.end());
    CHECK(number<Out>(result.minimum) == static_cast<double>(*minimum));
    CHECK(number<Out>(result.maximum) == static_cast<double>(*maximum));
    CHECK((std::is_floating_point_v<Out> ? result.intensity.real : static_cast<double>(result.intensity.whole)) == total);
}

template <class In>
void compare_all(uint32_t *state) {
    for (const Size &size : sizes) {
        for (Layout layout : layouts) {
            for (const Case &wanted : cases) {
                if (wanted.mode == Background::signed_) compare<In, int32_t>(size, layout, wanted, state);
                else compare<In, In>(size, layout, wanted, state);
            }
        }
    }
}

template <class T>
void works_in_place(uint32_t *state) {
    Picture<T> image = make_picture<T>(4, 37, Layout::plain, 0, 100, state);
    const Picture<uint16_t> background = make_picture<uint16_t>(4, 37, Layout::plain, 0, 50, state);
    const Case wanted{Background::clamp, true, 5, true, false};
    const std::vector<T> expected = expected_pixels<T, T>(image, background, wanted);
    PassRequest request;
    request.image = image.view;
    request.mode = wanted.mode;
    request.background = background.view;
    request.has_threshold = true;
    request.threshold = wanted.threshold;
    request.destination = image.memory.get();
    pass(request);
    CHECK(std::equal(expected.begin(), expected.end(), image.memory.get()));
}

// Sums of the largest values, more rows than 32-bit sums hold.
void sums_do_not_overflow() {
    constexpr size_t rows = 70000;
    const std::vector<uint16_t> pixels(rows * 3, 65535);
    int64_t column_sums[3];
    std::vector<int64_t> row_sums(rows);
    PassRequest request;
    request.image = {ElementType::uint16, pixels.data(), rows, 3, 3, 1};
    request.column_sums = column_sums;
    request.row_sums = row_sums.data();
    const PassResult result = pass(request);
    for (int64_t sum : column_sums) CHECK(sum == int64_t{rows} * 65535);
    CHECK(row_sums[rows - 1] == 3 * 65535);
    CHECK(result.intensity.whole == int64_t{rows} * 3 * 65535);
}

void ignores_what_is_not_a_number() {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> pixels(40, 3);
    pixels[5] = nan;
    pixels[33] = 9;
    float column_sums[20], row_sums[2];
    PassRequest request;
    request.image = {ElementType::float32, pixels.data(), 2, 20, 20, 1};
    request.column_sums = column_sums;
    request.row_sums = row_sums;
    PassResult result = pass(request);
    CHECK(result.minimum.real == 3 && result.maximum.real == 9);
    CHECK(std::isnan(column_sums[5]) && column_sums[13] == 12 && std::isnan(row_sums[0]) && row_sums[1] == 66);
    std::fill(pixels.begin(), pixels.end(), nan);
    result = pass(request);
    CHECK(std::isnan(result.minimum.real) && std::isnan(result.maximum.real));
}

}  // namespace

int main() {
    uint32_t state = 11;
    for (Instructions limit : {Instructions::baseline, Instructions::avx2}) {
        limit_instructions(limit);
        compare_all<uint8_t>(&state);
        compare_all<uint16_t>(&state);
        compare_all<int16_t>(&state);
        compare_all<int32_t>(&state);
        compare_all<float>(&state);
        works_in_place<uint16_t>(&state);
        works_in_place<float>(&state);
        sums_do_not_overflow();
        ignores_what_is_not_a_number();
    }
    compare_all<int8_t>(&state);
    compare_all<uint32_t>(&state);
    compare_all<int64_t>(&state);
    compare_all<uint64_t>(&state);
    compare_all<double>(&state);
    std::printf("pass: %d checks, %d failed\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
