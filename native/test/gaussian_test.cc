#include "kernels/gaussian.h"

#include <cmath>
#include <limits>

#include "check.h"
#include "kernels/dispatch.h"

using namespace camserver;

namespace {

const FitLimits kLimits = {1000, 1.49012e-8, 1.49012e-8};

struct Profile {
    std::vector<double> axis, data;
};

Profile make_profile(size_t count, double center, double sigma, double noise, double step) {
    Profile profile;
    uint32_t state = 5;
    for (size_t i = 0; i < count; ++i) {
        const double x = static_cast<double>(i) * step;
        const double distance = x - center;
        profile.axis.push_back(x);
        profile.data.push_back(100 + 1000 * std::exp(-distance * distance / (2 * sigma * sigma)) +
                               noise * next_random(&state) / 4294967296.0);
    }
    return profile;
}

GaussianFit fit(const Profile &profile, double *start) {
    std::vector<double> workspace(gaussian_workspace(profile.data.size()));
    estimate_gaussian(profile.axis.data(), profile.data.data(), profile.data.size(), start);
    return fit_gaussian(profile.axis.data(), profile.data.data(), profile.data.size(), start, kLimits, workspace.data());
}

void finds_clean_peaks() {
    for (size_t count : {5, 64, 1280}) {
        for (double step : {1.0, -2.5}) {
            const double center = 0.4 * static_cast<double>(count) * step;
            const Profile profile = make_profile(count, center, 0.1 * static_cast<double>(count) * step, 0, step);
            double start[kGaussianParameters];
            const GaussianFit result = fit(profile, start);
            CHECK(result.converged);
            CHECK(std::fabs(result.parameters[0] - 100) < 1e-5);
            CHECK(std::fabs(result.parameters[1] - 1000) < 1e-5);
            CHECK(std::fabs(result.parameters[2] - center) < 1e-7 * static_cast<double>(count));
        }
    }
}

void gives_start_values_when_it_fails() {
    double start[kGaussianParameters];
    Profile few = make_profile(3, 1, 1, 0, 1);
    GaussianFit result = fit(few, start);
    CHECK(!result.converged);
    for (size_t j = 0; j < kGaussianParameters; ++j) CHECK(result.parameters[j] == start[j]);
    for (double broken : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        Profile profile = make_profile(50, 20, 4, 10, 1);
        profile.data[7] = broken;
        result = fit(profile, start);
        CHECK(!result.converged);
        CHECK(result.parameters[2] == 7);
    }
}

void accepts_constant_profiles() {
    Profile profile = make_profile(20, 10, 3, 0, 1);
    for (auto &value : profile.data) value = 7;
    double start[kGaussianParameters];
    const GaussianFit result = fit(profile, start);
    CHECK(result.converged);
    CHECK(result.parameters[0] == 7 && result.parameters[1] == 0 && result.parameters[3] == 1);
}

}  // namespace

int main() {
    for (Instructions limit : {Instructions::baseline, Instructions::avx2}) {
        limit_instructions(limit);
        finds_clean_peaks();
        gives_start_values_when_it_fails();
        accepts_constant_profiles();
    }
    std::printf("gaussian: %d checks, %d failed\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
