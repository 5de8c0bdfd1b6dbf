// Border of the fits.
#include "fits.h"

#include <algorithm>
#include <memory>
#include <new>

#include "border.h"
#include "kernels/gaussian.h"

namespace camserver {

namespace {

bool get_doubles(napi_env env, napi_value value, double **data, size_t *length) {
    bool is_typed_array = false;
    if (napi_is_typedarray(env, value, &is_typed_array) != napi_ok || !is_typed_array) return false;
    napi_typedarray_type type;
    void *memory = nullptr;
    if (napi_get_typedarray_info(env, value, &type, length, &memory, nullptr, nullptr) != napi_ok) return false;
    *data = static_cast<double *>(memory);
    return type == napi_float64_array;
}

// The result travels in `output`: the four parameters, 1 or 0 for converged, the evaluations.
constexpr size_t kOutputs = kGaussianParameters + 2;

// gaussianEstimate(profile, axis, output): start values into output[0..3].
napi_value gaussian_estimate_js(napi_env env, napi_callback_info info) {
    size_t count = 3;
    napi_value arguments[3];
    napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
    double *profile = nullptr, *axis = nullptr, *output = nullptr;
    size_t points = 0, axis_points = 0, outputs = 0;
    if (count < 3 || !get_doubles(env, arguments[0], &profile, &points) ||
        !get_doubles(env, arguments[1], &axis, &axis_points) || !get_doubles(env, arguments[2], &output, &outputs) ||
        points != axis_points || points == 0 || outputs < kOutputs) {
        return throw_type_error(env, "gaussianEstimate: expected (Float64Array, Float64Array of equal length, Float64Array(6))");
    }
    estimate_gaussian(axis, profile, points, output);
    return nullptr;
}

// gaussianFit(profile, axis, output, maximumEvaluations, functionTolerance, parameterTolerance): fits from the start values in
// output[0..3] and writes the result there.
napi_value gaussian_fit_js(napi_env env, napi_callback_info info) {
    size_t count = 6;
    napi_value arguments[6];
    napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
    double *profile = nullptr, *axis = nullptr, *output = nullptr;
    size_t points = 0, axis_points = 0, outputs = 0, evaluations = 0;
    FitLimits limits{};
    if (count < 6 || !get_doubles(env, arguments[0], &profile, &points) ||
        !get_doubles(env, arguments[1], &axis, &axis_points) || !get_doubles(env, arguments[2], &output, &outputs) ||
        points != axis_points || outputs < kOutputs || !get_size(env, arguments[3], &evaluations) ||
        napi_get_value_double(env, arguments[4], &limits.function_tolerance) != napi_ok ||
        napi_get_value_double(env, arguments[5], &limits.parameter_tolerance) != napi_ok) {
        return throw_type_error(env, "gaussianFit: expected (Float64Array, Float64Array of equal length, Float64Array(6), "
                                     "evaluations, tolerance, tolerance)");
    }
    limits.maximum_evaluations = static_cast<int>(std::min<size_t>(evaluations, 1000000));
    std::unique_ptr<double[]> workspace(new (std::nothrow) double[gaussian_workspace(points)]);
    if (!workspace) return throw_type_error(env, "gaussianFit: no memory");
    const GaussianFit fit = fit_gaussian(axis, profile, points, output, limits, workspace.get());
    for (size_t j = 0; j < kGaussianParameters; ++j) output[j] = fit.parameters[j];
    output[kGaussianParameters] = fit.converged ? 1 : 0;
    output[kGaussianParameters + 1] = fit.evaluations;
    return nullptr;
}

}  // namespace

void define_fits(napi_env env, napi_value exports) {
    const napi_property_descriptor functions[] = {
        {"gaussianEstimate", nullptr, gaussian_estimate_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
        {"gaussianFit", nullptr, gaussian_fit_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
    };
    napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
}

}  // namespace camserver
