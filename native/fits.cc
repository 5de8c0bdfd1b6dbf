// Border of the fits.
#include <cmath>
#include <vector>

#include "arguments.h"
#include "kernels/gaussian.h"
#include "processing.h"

namespace camserver {
namespace {

std::vector<double> to_doubles(const Elements &elements) {
    std::vector<double> values(elements.length);
    with_type(elements.type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        const T *source = elements.as<T>();
        for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(source[i]);
    });
    return values;
}

struct Points {
    std::vector<double> profile;
    std::vector<double> axis;
};

Points points_of(const Arguments &arguments) {
    const Elements profile = arguments.elements(0, "profile");
    const Elements axis = arguments.elements(1, "axis");
    if (axis.length != profile.length) {
        arguments.range_error("profile has " + std::to_string(profile.length) + " elements, axis " +
                              std::to_string(axis.length));
    }
    return {to_doubles(profile), to_doubles(axis)};
}

void write_outcome(const FitOutcome<gaussian_parameters> &outcome, double *result) {
    std::memcpy(result, outcome.parameters, sizeof(outcome.parameters));
    result[gaussian_parameters] = outcome.converged ? 1 : 0;
    result[gaussian_parameters + 1] = outcome.evaluations;
}

constexpr size_t result_size = gaussian_parameters + 2;

MinimiserOptions minimiser_options(const Arguments &arguments, size_t index) {
    return {arguments.number(index, "maximumEvaluations"), arguments.boolean(index + 1, "countDerivatives"),
            arguments.number(index + 2, "functionTolerance"), arguments.number(index + 3, "parameterTolerance")};
}

// gaussianFit(profile, axis, maximumEvaluations, countDerivatives, functionTolerance, parameterTolerance,
//             result: Float64Array(6)): start values from the profile, which is then rounded to float32.
napi_value gaussian_fit(const Arguments &arguments) {
    Points points = points_of(arguments);
    const MinimiserOptions options = minimiser_options(arguments, 2);
    double *result = arguments.elements(6, "result", ElementType::float64, result_size).as<double>();
    if (points.profile.empty()) arguments.range_error("a profile without points has no start values");
    double start[gaussian_parameters];
    estimate_gaussian(points.profile.data(), points.axis.data(), points.profile.size(), start);
    for (double &value : points.profile) value = static_cast<float>(value);
    write_outcome(fit_gaussian(points.profile.data(), points.axis.data(), points.profile.size(), start, options), result);
    return nullptr;
}

// gaussianFitFrom(profile, axis, start: Float64Array(4), maximumEvaluations, countDerivatives, functionTolerance,
//                 parameterTolerance, result: Float64Array(6))
napi_value gaussian_fit_from(const Arguments &arguments) {
    const Points points = points_of(arguments);
    const double *start = arguments.elements(2, "start", ElementType::float64, gaussian_parameters).as<double>();
    const MinimiserOptions options = minimiser_options(arguments, 3);
    double *result = arguments.elements(7, "result", ElementType::float64, result_size).as<double>();
    write_outcome(fit_gaussian(points.profile.data(), points.axis.data(), points.profile.size(), start, options), result);
    return nullptr;
}

// gaussian(axis, parameters: Float64Array(4), values: Float32Array | Float64Array)
napi_value gaussian(const Arguments &arguments) {
    const Elements axis = arguments.elements(0, "axis");
    const double *parameters = arguments.elements(1, "parameters", ElementType::float64, gaussian_parameters).as<double>();
    const Elements values = arguments.elements(2, "values");
    if (!is_floating(values.type)) arguments.type_error("values must be a Float32Array or a Float64Array");
    if (values.length != axis.length) arguments.range_error("values must be as long as axis");
    std::vector<double> results = to_doubles(axis);
    evaluate_gaussian(results.data(), results.size(), parameters, results.data());
    for (size_t i = 0; i < results.size(); ++i) {
        if (values.type == ElementType::float32) values.as<float>()[i] = static_cast<float>(results[i]);
        else values.as<double>()[i] = results[i];
    }
    return nullptr;
}

constexpr char gaussian_fit_name[] = "gaussianFit";
constexpr char gaussian_fit_from_name[] = "gaussianFitFrom";
constexpr char gaussian_name[] = "gaussian";

}  // namespace

void define_fits(napi_env env, napi_value exports) {
    define<gaussian_fit, gaussian_fit_name>(env, exports);
    define<gaussian_fit_from, gaussian_fit_from_name>(env, exports);
    define<gaussian, gaussian_name>(env, exports);
}

}  // namespace camserver
