#include "kernels/rotation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace camserver {
namespace {

// `nearest` with coefficients needs room beyond the border, filled with the pixels of the border.
constexpr size_t nearest_margin = 12;
constexpr int most_taps = 6;

struct Plane {
    std::vector<double> data;
    size_t rows;
    size_t columns;
};

size_t clamped(ptrdiff_t index, size_t length) {
    return static_cast<size_t>(std::min(std::max<ptrdiff_t>(index, 0), static_cast<ptrdiff_t>(length) - 1));
}

template <class T>
Plane extended(const ImageView &image, size_t margin) {
    Plane plane{{}, image.rows + 2 * margin, image.columns + 2 * margin};
    plane.data.resize(plane.rows * plane.columns);
    for (size_t row = 0; row < plane.rows; ++row) {
        const T *source = row_of<T>(image, clamped(static_cast<ptrdiff_t>(row) - static_cast<ptrdiff_t>(margin), image.rows));
        double *target = plane.data.data() + row * plane.columns;
        for (size_t column = 0; column < plane.columns; ++column) {
            const size_t from = clamped(static_cast<ptrdiff_t>(column) - static_cast<ptrdiff_t>(margin), image.columns);
            target[column] = static_cast<double>(source[static_cast<ptrdiff_t>(from) * image.column_stride]);
        }
    }
    return plane;
}

double modulo(double value, double period) {
    const double rest = std::fmod(value, period);
    return rest < 0 ? rest + period : rest;
}

// Brings a coordinate into [0, n - 1] as the boundary rule says (grid rules: into one period).
double fold_coordinate(double t, size_t length, Boundary boundary) {
    if (length == 1) return 0;
    const double n = static_cast<double>(length);
    switch (boundary) {
        case Boundary::nearest: return std::min(std::max(t, 0.0), n - 1);
        case Boundary::mirror: {
            const double phase = modulo(t, 2 * n - 2);
            return phase > n - 1 ? 2 * n - 2 - phase : phase;
        }
        case Boundary::reflect:
        case Boundary::grid_mirror: {
            const double phase = modulo(t + 0.5, 2 * n);
            return (phase > n ? 2 * n - phase : phase) - 0.5;
        }
        case Boundary::wrap:
            if (t < 0) return t + (n - 1) * (std::trunc(-t / (n - 1)) + 1);
            return t > n - 1 ? t - (n - 1) * std::trunc(t / (n - 1)) : t;
        case Boundary::grid_wrap: return modulo(t, n);
        default: return t;
    }
}

// Indices of the support that lie outside are folded by the rule of the coefficients.
size_t fold_index(ptrdiff_t index, size_t length, Boundary boundary) {
    const ptrdiff_t n = static_cast<ptrdiff_t>(length);
    if (index >= 0 && index < n) return static_cast<size_t>(index);
    if (n == 1) return 0;
    const auto phase_in = [index](ptrdiff_t period) { return ((index % period) + period) % period; };
    switch (boundary) {
        case Boundary::nearest: return clamped(index, length);
        case Boundary::grid_wrap: return static_cast<size_t>(phase_in(n));
        case Boundary::constant:
        case Boundary::mirror:
        case Boundary::wrap: {
            const ptrdiff_t phase = phase_in(2 * n - 2);
            return static_cast<size_t>(phase < n ? phase : 2 * n - 2 - phase);
        }
        default: {
            const ptrdiff_t phase = phase_in(2 * n);
            return static_cast<size_t>(phase < n ? phase : 2 * n - 1 - phase);
        }
    }
}

// The points that a coordinate touches, and their weights (recursion of Cox and de Boor on whole knots).
struct Support {
    size_t indices[most_taps];
    double weights[most_taps];
};

Support support_at(double t, int order, size_t length, Boundary boundary) {
    Support support;
    const double base = order % 2 == 1 ? std::floor(t) : std::floor(t + 0.5);
    const double u = order % 2 == 1 ? t - base : t + 0.5 - base;
    support.weights[0] = 1;
    for (int degree = 1; degree <= order; ++degree) {
        double saved = 0;
        for (int i = 0; i < degree; ++i) {
            const double share = support.weights[i] / degree;
            support.weights[i] = saved + (i + 1 - u) * share;
            saved = (u + (degree - i - 1)) * share;
        }
        support.weights[degree] = saved;
    }
    const ptrdiff_t first = static_cast<ptrdiff_t>(base) - (order % 2 == 1 ? (order - 1) / 2 : order / 2);
    const bool is_inside = first >= 0 && first + order < static_cast<ptrdiff_t>(length);
    for (int i = 0; i <= order; ++i) {
        support.indices[i] = is_inside ? static_cast<size_t>(first + i) : fold_index(first + i, length, boundary);
    }
    return support;
}

double value_at(const Plane &plane, const Support &rows, const Support &columns, int order) {
    double sum = 0;
    for (int i = 0; i <= order; ++i) {
        const double *line = plane.data.data() + rows.indices[i] * plane.columns;
        double part = 0;
        for (int j = 0; j <= order; ++j) part += columns.weights[j] * line[columns.indices[j]];
        sum += rows.weights[i] * part;
    }
    return sum;
}

template <class T>
T rounded(double value) {
    if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(value);
    } else {
        const double whole = std::trunc(value + (value > 0 ? 0.5 : value < 0 ? -0.5 : 0.0));
        if (whole != whole) return 0;
        if (whole <= static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
        if (whole >= static_cast<double>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
        return static_cast<T>(whole);
    }
}

template <class T>
void rotate_typed(const ImageView &image, const Rotation &rotation, T *destination) {
    const auto [degrees, order, boundary, fill] = rotation;
    const size_t margin = boundary == Boundary::nearest && order > 1 ? nearest_margin : 0;
    Plane plane = extended<T>(image, margin);
    if (order > 1) spline_coefficients(plane.data.data(), plane.rows, plane.columns, order, boundary);
    const double radians = degrees * 3.14159265358979323846 / 180;
    const bool is_quarter = std::fmod(degrees, 90) == 0;
    const double cosine = is_quarter ? std::round(std::cos(radians)) : std::cos(radians);
    const double sine = is_quarter ? std::round(std::sin(radians)) : std::sin(radians);
    const double last_row = static_cast<double>(image.rows) - 1;
    const double last_column = static_cast<double>(image.columns) - 1;
    const double shift_y = last_row / 2 - (cosine * (last_row / 2) + sine * (last_column / 2));
    const double shift_x = last_column / 2 - (-sine * (last_row / 2) + cosine * (last_column / 2));
    const T outside = rounded<T>(fill);
    for (size_t i = 0; i < image.rows; ++i) {
        for (size_t j = 0; j < image.columns; ++j) {
            const double row = static_cast<double>(i);
            const double column = static_cast<double>(j);
            const double y = cosine * row + sine * column + shift_y;
            const double x = -sine * row + cosine * column + shift_x;
            T &target = destination[i * image.columns + j];
            if (boundary == Boundary::constant && !(y >= 0 && y <= last_row && x >= 0 && x <= last_column)) {
                target = outside;
                continue;
            }
            // With a margin the coordinates refer to the extended plane.
            const double folded_y = fold_coordinate(y + static_cast<double>(margin), plane.rows, boundary);
            const double folded_x = fold_coordinate(x + static_cast<double>(margin), plane.columns, boundary);
            target = rounded<T>(value_at(plane, support_at(folded_y, order, plane.rows, boundary),
                                         support_at(folded_x, order, plane.columns, boundary), order));
        }
    }
}

}  // namespace

void rotate(const ImageView &image, const Rotation &rotation, void *destination) {
    with_type(image.type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        rotate_typed(image, rotation, static_cast<T *>(destination));
    });
}

}  // namespace camserver
