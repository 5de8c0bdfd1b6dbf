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

template <size_t width>
struct GaussianModel {
    Bell shape;
    const double *data;
    std::vector<double> memory;
    double *bell;
    double *trial_bell;

    GaussianModel(const double *data_, const double *axis, size_t points)
        : shape{axis, points}, data(data_), memory(2 * points), bell(memory.data()), trial_bell(bell + points) {}

    CAMSERVER_INLINE void residuals(const double *parameters, double *target) {
        using V = Doubles<width>;
        constexpr size_t lanes = width / sizeof(double);
        const double offset = parameters[gaussian_offset];
        const double amplitude = parameters[gaussian_amplitude];
        shape.evaluate<width>(parameters[gaussian_center], parameters[gaussian_sigma], trial_bell);
        size_t i = 0;
        for (; i + lanes <= shape.points; i += lanes) {
            store(target + i, offset + amplitude * load<V>(trial_bell + i) - load<V>(data + i));
        }
        for (; i < shape.points; ++i) target[i] = offset + amplitude * trial_bell[i] - data[i];
    }

    CAMSERVER_INLINE void accept() { std::swap(bell, trial_bell); }

    // The bell of the current parameters is still there.
    CAMSERVER_INLINE void jacobian(const double *parameters, double *const *rows) {
        const double center = parameters[gaussian_center];
        const double sigma = parameters[gaussian_sigma];
        const double by_center = parameters[gaussian_amplitude] / (sigma * sigma);
        for (size_t i = 0; i < shape.points; ++i) {
            const double distance = shape.axis[i] - center;
            const double slope = by_center * bell[i] * distance;
            rows[0][i] = 1;
            rows[1][i] = bell[i];
            rows[2][i] = slope;
            rows[3][i] = slope * distance / sigma;
        }
    }
};

template <size_t width>
CAMSERVER_INLINE FitOutcome<4> fit(const double *data, const double *axis, size_t points, const double *start,
                                   const MinimiserOptions &options) {
    GaussianModel<width> model(data, axis, points);
    return minimise<4, width>(model, points, start, options);
}

template <size_t width>
CAMSERVER_INLINE void evaluate(const double *axis, size_t points, const double *parameters, double *values) {
    Bell{axis, points}.evaluate<width>(parameters[gaussian_center], parameters[gaussian_sigma], values);
    for (size_t i = 0; i < points; ++i) {
        values[i] = parameters[gaussian_offset] + parameters[gaussian_amplitude] * values[i];
    }
}

#if CAMSERVER_X86
CAMSERVER_TARGET_AVX2 FitOutcome<4> fit_avx2(const double *data, const double *axis, size_t points, const double *start,
                                             const MinimiserOptions &options) {
    return fit<32>(data, axis, points, start, options);
}
CAMSERVER_TARGET_AVX2 void evaluate_avx2(const double *axis, size_t points, const double *parameters, double *values) {
    evaluate<32>(axis, points, parameters, values);
}
#endif

}  // namespace

void estimate_gaussian(const double *profile, const double *axis, size_t points, double *parameters) {
    double minimum = profile[0];
    double maximum = profile[0];
    size_t index = 0;
    for (size_t i = 0; i < points; ++i) {
        if (profile[i] != profile[i]) {
            minimum = maximum = profile[i];
            index = i;
            break;
        }
        if (profile[i] < minimum) minimum = profile[i];
        if (profile[i] > maximum) {
            maximum = profile[i];
            index = i;
        }
    }
    const double amplitude = maximum - minimum;
    double area = 0;
    for (size_t i = 0; i + 1 < points; ++i) {
        area += (axis[i + 1] - axis[i]) * ((profile[i] - minimum) + (profile[i + 1] - minimum)) / 2;
    }
    parameters[gaussian_offset] = minimum;
    parameters[gaussian_amplitude] = amplitude;
    parameters[gaussian_center] = axis[index];
    // NaN is unequal to 0 and passes into the quotient, as in NumPy.
    parameters[gaussian_sigma] = amplitude != 0 ? area / (amplitude * std::sqrt(2 * 3.14159265358979323846)) : 1;
}

void evaluate_gaussian(const double *axis, size_t points, const double *parameters, double *values) {
#if CAMSERVER_X86
    if (instructions() >= Instructions::avx2) return evaluate_avx2(axis, points, parameters, values);
#endif
    evaluate<16>(axis, points, parameters, values);
}

FitOutcome<gaussian_parameters> fit_gaussian(const double *data, const double *axis, size_t points, const double *start,
                                             const MinimiserOptions &options) {
#if CAMSERVER_X86
    if (instructions() >= Instructions::avx2) return fit_avx2(data, axis, points, start, options);
#endif
    return fit<16>(data, axis, points, start, options);
}

}  // namespace camserver
