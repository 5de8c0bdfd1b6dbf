// The Gaussian f(x) = offset + amplitude * exp(-(x - center)^2 / (2 sigma^2)): start values, values, fit.
#pragma once

#include <cstddef>

#include "kernels/minimiser.h"

namespace camserver {

// Order of the parameters everywhere.
enum GaussianParameter { gaussian_offset, gaussian_amplitude, gaussian_center, gaussian_sigma, gaussian_parameters };

// Start values from a profile of at least one point: minimum, height, first highest point, and the width of the same area.
// NaN wins minimum and maximum, and its first position counts, as in NumPy.
void estimate_gaussian(const double *profile, const double *axis, size_t points, double *parameters);

// values[i] = f(axis[i]); `values` may be `axis`.
void evaluate_gaussian(const double *axis, size_t points, const double *parameters, double *values);

// Fits `data` from given start values. Throws std::bad_alloc.
FitOutcome<gaussian_parameters> fit_gaussian(const double *data, const double *axis, size_t points, const double *start,
                                             const MinimiserOptions &options);

}  // namespace camserver
