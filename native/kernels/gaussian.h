// Fit of offset + amplitude * exp(-(x - center)^2 / (2 sigma^2)) to a profile.
#pragma once

#include <cstddef>

namespace camserver {

constexpr size_t kGaussianParameters = 4;

struct GaussianFit {
    double parameters[kGaussianParameters];  // offset, amplitude, center, sigma
    bool converged;                          // false: the parameters are the start values
    int evaluations;                         // derivatives counted as if taken by differences
};

struct FitLimits {
    int maximum_evaluations;
    double function_tolerance;
    double parameter_tolerance;
};

// Doubles of working memory that a fit of `count` points needs.
constexpr size_t gaussian_workspace(size_t count) {
    return count * (2 + kGaussianParameters);
}

// Levenberg-Marquardt with the step control of MINPACK (J. J. More, "The Levenberg-Marquardt algorithm: implementation and
// theory", 1978): column scaling, a trust region with factor 100, the same tests for the end, analytic derivatives.
GaussianFit fit_gaussian(const double *axis, const double *data, size_t count, const double *start,
                         const FitLimits &limits, double *workspace);

// Start values: minimum, height above it, position of the first maximum, and the width that gives the same area. NaN wins
// minimum and maximum, as in NumPy.
void estimate_gaussian(const double *axis, const double *profile, size_t count, double *parameters);

}  // namespace camserver
