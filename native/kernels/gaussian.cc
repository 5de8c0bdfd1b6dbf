#include "kernels/gaussian.h"

namespace camserver {
namespace {

struct Bell {
    const double *axis;
    size_t points;

    // target[i] = exp(-(axis[i] - center)^2 / (2 sigma^2))
    template <size_t width>
    CAMSERVER_INLINE void evaluate(double center, double sigma, double *target) const {
        using V = Doubles<width>;
        using I = Vector<int64_t, width / sizeof(double)>;
        using V1 = Vector<double, 2>;
        using I1 = Vector<int64_t, 2>;
        constexpr size_t lanes = width / sizeof(double);
        const double divisor = 2 * sigma * sigma;
        size_t i = 0;
        for (; i + lanes <= points; i += lanes) {
            const V distance = load<V>(axis + i) - center;
            store(target + i, exponential_of_negative<V, I>(-(distance * distance) / divisor));
        }
        for (; i < points; ++i) {
            const double distance = axis[i] - center;
            target[i] = exponential_of_negative<V1, I1>(V1{} - distance * distance / divisor)[0];
        }
    }
};

// Sums over points, from which all products of derivatives follow: e is the bell, d the distance from its center, r the residual.
// The derivatives are 1, e, e d amplitude / sigma^2 and e d^2 amplitude / sigma^3.
struct Sums {
    double e, ed, edd, ee, eed, eedd, eeddd, eedddd, r, re, red, redd, rr;
};
constexpr size_t sum_count = sizeof(Sums) / sizeof(double);

// Adds one vector of points to the sums.
template <class V, class I>
CAMSERVER_INLINE void add_points(V position, V value, const double *parameters, double factor, V *sums) {
    const V d = position - parameters[gaussian_center];
    const V e = limited_exponential<V, I>(d * d * factor);
    const V ed = e * d;
    const V edd = ed * d;
    const V r = parameters[gaussian_offset] + parameters[gaussian_amplitude] * e - value;
    const V terms[] = {e, ed, edd, e * e, e * ed, ed * ed, ed * edd, edd * edd, r, r * e, r * ed, r * edd, r * r};
    for (size_t j = 0; j < sum_count; ++j) sums[j] += terms[j];
}

template <size_t width>
struct GaussianModel {
    Bell shape;
    const double *data;

    CAMSERVER_INLINE Sums sums(const double *parameters) const {
        using V = Doubles<width>;
        using I = Vector<int64_t, width / sizeof(double)>;
        constexpr size_t lanes = width / sizeof(double);
        const double sigma = parameters[gaussian_sigma];
        const double factor = -1 / (2 * sigma * sigma);
        V vectors[sum_count] = {};
        size_t i = 0;
        for (; i + lanes <= shape.points; i += lanes) {
            add_points<V, I>(load<V>(shape.axis + i), load<V>(data + i), parameters, factor, vectors);
        }
        double totals[sum_count];
        for (size_t j = 0; j < sum_count; ++j) {
            totals[j] = 0;
            for (size_t lane = 0; lane < lanes; ++lane) totals[j] += vectors[j][lane];
        }
        for (; i < shape.points; ++i) {
            using V1 = Vector<double, 2>;
            V1 last[sum_count] = {};
            add_points<V1, Vector<int64_t, 2>>(V1{} + shape.axis[i], V1{} + data[i], parameters, factor, last);
            for (size_t j = 0; j < sum_count; ++j) totals[j] += last[j][0];
        }
        Sums result;
        std::memcpy(&result, totals, sizeof(result));
        return result;
    }

    CAMSERVER_INLINE void products(const double *parameters, Products<gaussian_parameters> &products) const {
        const Sums s = sums(parameters);
        const double sigma = parameters[gaussian_sigma];
        const double by_center = parameters[gaussian_amplitude] / (sigma * sigma);
        const double by_sigma = by_center / sigma;
        const double matrix[gaussian_parameters][gaussian_parameters] = {
            {static_cast<double>(shape.points), s.e, by_center * s.ed, by_sigma * s.edd},
            {s.e, s.ee, by_center * s.eed, by_sigma * s.eedd},
            {by_center * s.ed, by_center * s.eed, by_center * by_center * s.eedd, by_center * by_sigma * s.eeddd},
            {by_sigma * s.edd, by_sigma * s.eedd, by_center * by_sigma * s.eeddd, by_sigma * by_sigma * s.eedddd},
        };
        const double gradient[gaussian_parameters] = {s.r, s.re, by_center * s.red, by_sigma * s.redd};
        std::memcpy(products.matrix, matrix, sizeof(matrix));
        std::memcpy(products.gradient, gradient, sizeof(gradient));
        products.residuals = s.rr;
    }

    CAMSERVER_INLINE void residuals(const double *parameters, double *target) const {
        shape.evaluate<width>(parameters[gaussian_center], parameters[gaussian_sigma], target);
        for (size_t i = 0; i < shape.points; ++i) {
            target[i] = parameters[gaussian_offset] + parameters[gaussian_amplitude] * target[i] - data[i];
        }
    }

    CAMSERVER_INLINE void jacobian(const double *parameters, double *const *rows) const {
        const double center = parameters[gaussian_center];
        const double sigma = parameters[gaussian_sigma];
        const double by_center = parameters[gaussian_amplitude] / (sigma * sigma);
        shape.evaluate<width>(center, sigma, rows[gaussian_amplitude]);
        for (size_t i = 0; i < shape.points; ++i) {
            const double distance = shape.axis[i] - center;
            const double slope = by_center * rows[gaussian_amplitude][i] * distance;
            rows[gaussian_offset][i] = 1;
            rows[gaussian_center][i] = slope;
            rows[gaussian_sigma][i] = slope * distance / sigma;
        }
    }
};

template <size_t width>
CAMSERVER_INLINE FitOutcome<4> fit(const double *data, const double *axis, size_t points, const double *start,
                                   const MinimiserOptions &options) {
    const GaussianModel<width> model{{axis, points}, data};
    return minimise<4, width>(model, points, start, options);
}

template <size_t width>
CAMSERVER_INLINE void evaluate(const double *axis, size_t points, const double *parameters, double *values) {
    Bell{axis, points}.evaluate<width>(parameters[gaussian_center], parameters[gaussian_sigma], values);
    for (size_t i = 0; i < points; ++i) {
        values[i] = parameters[gaussian_offset] + parameters[gaussian_amplitude] * values[i];
    }
}

struct Extremes {
    double minimum, maximum;
    size_t index;  // of the first maximum
};

template <size_t width>
CAMSERVER_INLINE Extremes extremes(const double *profile, size_t points) {
    using V = Doubles<width>;
    using I = Vector<int64_t, width / sizeof(double)>;
    constexpr size_t lanes = width / sizeof(double);
    V lowest = V{} + profile[0];
    V highest = lowest;
    I not_a_number{};
    size_t i = 0;
    for (; i + lanes <= points; i += lanes) {
        const V value = load<V>(profile + i);
        lowest = value < lowest ? value : lowest;
        highest = value > highest ? value : highest;
        not_a_number |= value != value;
    }
    Extremes result{profile[0], profile[0], 0};
    bool has_not_a_number = false;
    const auto include = [&](double value) {
        result.minimum = std::min(result.minimum, value);
        result.maximum = std::max(result.maximum, value);
        has_not_a_number = has_not_a_number || value != value;
    };
    for (size_t lane = 0; lane < lanes; ++lane) {
        include(lowest[lane]);
        include(highest[lane]);
        has_not_a_number = has_not_a_number || not_a_number[lane] != 0;
    }
    for (; i < points; ++i) include(profile[i]);
    if (has_not_a_number) {
        while (profile[result.index] == profile[result.index]) ++result.index;
        result.minimum = result.maximum = profile[result.index];
    } else {
        while (profile[result.index] != result.maximum) ++result.index;
    }
    return result;
}

// By trapezoids; negative on a descending axis.
template <size_t width>
CAMSERVER_INLINE double area_above(double minimum, const double *profile, const double *axis, size_t points) {
    using V = Doubles<width>;
    constexpr size_t lanes = width / sizeof(double);
    V areas{};
    size_t i = 0;
    for (; i + lanes < points; i += lanes) {
        const V heights = (load<V>(profile + i) - minimum) + (load<V>(profile + i + 1) - minimum);
        areas += (load<V>(axis + i + 1) - load<V>(axis + i)) * heights / 2;
    }
    double area = 0;
    for (size_t lane = 0; lane < lanes; ++lane) area += areas[lane];
    for (; i + 1 < points; ++i) {
        area += (axis[i + 1] - axis[i]) * ((profile[i] - minimum) + (profile[i + 1] - minimum)) / 2;
    }
    return area;
}

template <size_t width>
CAMSERVER_INLINE void estimate(const double *profile, const double *axis, size_t points, double *parameters) {
    const auto [minimum, maximum, index] = extremes<width>(profile, points);
    const double amplitude = maximum - minimum;
    const double area = area_above<width>(minimum, profile, axis, points);
    parameters[gaussian_offset] = minimum;
    parameters[gaussian_amplitude] = amplitude;
    parameters[gaussian_center] = axis[index];
    // NaN is unequal to 0 and passes into the quotient, as in NumPy.
    parameters[gaussian_sigma] = amplitude != 0 ? area / (amplitude * std::sqrt(2 * 3.14159265358979323846)) : 1;
}

#if CAMSERVER_X86
CAMSERVER_TARGET_AVX2_FMA CAMSERVER_CONTRACT FitOutcome<4> fit_avx2(const double *data, const double *axis, size_t points,
                                                                    const double *start, const MinimiserOptions &options) {
    return fit<32>(data, axis, points, start, options);
}
CAMSERVER_TARGET_AVX512 CAMSERVER_CONTRACT FitOutcome<4> fit_avx512(const double *data, const double *axis, size_t points,
                                                                    const double *start, const MinimiserOptions &options) {
    return fit<64>(data, axis, points, start, options);
}
CAMSERVER_TARGET_AVX2 void estimate_avx2(const double *profile, const double *axis, size_t points, double *parameters) {
    estimate<32>(profile, axis, points, parameters);
}
CAMSERVER_TARGET_AVX2_FMA CAMSERVER_CONTRACT void evaluate_avx2(const double *axis, size_t points,
                                                                const double *parameters, double *values) {
    evaluate<32>(axis, points, parameters, values);
}
CAMSERVER_TARGET_AVX512 CAMSERVER_CONTRACT void evaluate_avx512(const double *axis, size_t points,
                                                                const double *parameters, double *values) {
    evaluate<64>(axis, points, parameters, values);
}
#endif

}  // namespace

void estimate_gaussian(const double *profile, const double *axis, size_t points, double *parameters) {
#if CAMSERVER_X86
    if (instructions() >= Instructions::avx2) return estimate_avx2(profile, axis, points, parameters);
#endif
    estimate<16>(profile, axis, points, parameters);
}

void evaluate_gaussian(const double *axis, size_t points, const double *parameters, double *values) {
#if CAMSERVER_X86
    if (instructions() >= Instructions::avx512) return evaluate_avx512(axis, points, parameters, values);
    if (instructions() >= Instructions::avx2) return evaluate_avx2(axis, points, parameters, values);
#endif
    evaluate<16>(axis, points, parameters, values);
}

FitOutcome<gaussian_parameters> fit_gaussian(const double *data, const double *axis, size_t points, const double *start,
                                             const MinimiserOptions &options) {
#if CAMSERVER_X86
    if (instructions() >= Instructions::avx512) return fit_avx512(data, axis, points, start, options);
    if (instructions() >= Instructions::avx2) return fit_avx2(data, axis, points, start, options);
#endif
    return fit<16>(data, axis, points, start, options);
}

}  // namespace camserver
