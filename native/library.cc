// The kernels as a plain library for other languages: users' Python functions call it through ctypes
// (python/cam_server/pipeline/data_processing/kernels.py). Every function gives 0, or 1 when there was no memory. Shapes and types
// are the caller's business: nothing is checked here.
#include <cstring>
#include <new>
#include <vector>

#include "kernels/gaussian.h"
#include "kernels/pass.h"
#include "kernels/pixels.h"
#include "kernels/rotation.h"

using namespace camserver;

namespace {

constexpr MinimiserOptions profile_fit{1000, true, 1.49012e-8, 1.49012e-8};

template <class Work>
int guarded(Work &&work) {
    try {
        work();
        return 0;
    } catch (const std::bad_alloc &) {
        return 1;
    }
}

}  // namespace

extern "C" {

// `background`, `threshold` and `destination` may be null; `scalars` gets minimum, maximum and intensity (pass.h) when the sums
// are wanted.
int camserver_pass(const ImageView *image, const ImageView *background, int is_signed, const double *threshold,
                   void *destination, void *column_sums, void *row_sums, PassNumber *scalars) {
    return guarded([&] {
        PassRequest request;
        request.image = *image;
        if (background != nullptr) {
            request.background = *background;
            request.mode = is_signed != 0 ? Background::signed_ : Background::clamp;
        }
        if (threshold != nullptr) {
            request.has_threshold = true;
            request.threshold = *threshold;
        }
        request.destination = destination;
        request.column_sums = column_sums;
        request.row_sums = row_sums;
        const PassResult result = pass(request);
        if (scalars == nullptr) return;
        scalars[0] = result.minimum;
        scalars[1] = result.maximum;
        scalars[2] = result.intensity;
    });
}

int camserver_bin(const ImageView *image, size_t binning_x, size_t binning_y, int mean, uint16_t *destination) {
    return guarded([&] { bin(*image, binning_x, binning_y, mean != 0, destination); });
}

int camserver_rotate(const ImageView *image, double degrees, int order, int boundary, double fill, void *destination) {
    return guarded([&] { rotate(*image, {degrees, order, static_cast<Boundary>(boundary), fill}, destination); });
}

// Fits a profile of at least one point as the processing does: start values of the profile, which is then rounded to float32.
int camserver_gaussian_fit(const double *profile, const double *axis, size_t points, double *parameters) {
    return guarded([&] {
        double start[gaussian_parameters];
        estimate_gaussian(profile, axis, points, start);
        std::vector<double> rounded(points);
        for (size_t i = 0; i < points; ++i) rounded[i] = static_cast<float>(profile[i]);
        const auto outcome = fit_gaussian(rounded.data(), axis, points, start, profile_fit);
        std::memcpy(parameters, outcome.parameters, sizeof(outcome.parameters));
    });
}

int camserver_gaussian(const double *axis, size_t points, const double *parameters, double *values) {
    return guarded([&] { evaluate_gaussian(axis, points, parameters, values); });
}

}  // extern "C"
