#include "kernels/gaussian.h"

#include <cmath>
#include <limits>

#include "check.h"

using namespace camserver;

namespace {

const MinimiserOptions kOptions = {1000, true, 1.49012e-8, 1.49012e-8};

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

FitOutcome<4> fit(const Profile &profile, double *start) {
    estimate_gaussian(profile.data.data(), profile.axis.data(), profile.data.size(), start);
    return fit_gaussian(profile.data.data(), profile.axis.data(), profile.data.size(), start, kOptions);
}

void finds_clean_peaks() {
    for (size_t count : {5, 64, 1280}) {
        for (double step : {1.0, -2.5}) {
            const double center = 0.4 * static_cast<double>(count) * step;
            const Profile profile = make_profile(count, center, 0.1 * static_cast<double>(count) * step, 0, step);
            double start[gaussian_parameters];
            const FitOutcome<4> result = fit(profile, start);
            CHECK(result.converged);
            CHECK(std::fabs(result.parameters[0] - 100) < 1e-5);
            CHECK(std::fabs(result.parameters[1] - 1000) < 1e-5);
            CHECK(std::fabs(result.parameters[2] - center) < 1e-7 * static_cast<double>(count));
        }
    }
}

void gives_start_values_when_it_fails() {
    double start[gaussian_parameters];
    Profile few = make_profile(3, 1, 1, 0, 1);
    FitOutcome<4> result = fit(few, start);
    CHECK(!result.converged);
    for (size_t j = 0; j < gaussian_parameters; ++j) CHECK(result.parameters[j] == start[j]);
    for (double broken : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        Profile profile = make_profile(50, 20, 4, 10, 1);
        profile.data[7] = broken;
        result = fit(profile, start);
        CHECK(!result.converged);
        CHECK(result.parameters[2] == 7);
    }
}

void counts_evaluations_as_asked() {
    const Profile profile = make_profile(200, 80, 20, 10, 1);
    double start[gaussian_parameters];
    estimate_gaussian(profile.data.data(), profile.axis.data(), 200, start);
    MinimiserOptions options = kOptions;
    const double counted = fit_gaussian(profile.data.data(), profile.axis.data(), 200, start, options).evaluations;
    options.count_derivatives = false;
    const double plain = fit_gaussian(profile.data.data(), profile.axis.data(), 200, start, options).evaluations;
    CHECK(plain >= 2 && counted >= plain + 4);
    options.maximum_evaluations = 2;
    const FitOutcome<4> stopped = fit_gaussian(profile.data.data(), profile.axis.data(), 200, start, options);
    CHECK(!stopped.converged && stopped.parameters[3] == start[3]);
}

void accepts_constant_profiles() {
    Profile profile = make_profile(20, 10, 3, 0, 1);
    for (auto &value : profile.data) value = 7;
    double start[gaussian_parameters];
    const FitOutcome<4> result = fit(profile, start);
    CHECK(result.converged);
    CHECK(result.parameters[0] == 7 && result.parameters[1] == 0 && result.parameters[3] == 1);
}

// The top of a bell much wider than the axis looks like a parabola: the derivatives are dependent, so that their products do not do.
void fits_where_derivatives_are_dependent() {
    for (double center : {100.0, 150.0, 300.0}) {
        const Profile profile = make_profile(200, center, 400, 0, 1);
        double start[gaussian_parameters];
        const FitOutcome<4> result = fit(profile, start);
        CHECK(result.converged);
        CHECK(std::fabs(result.parameters[gaussian_center] - center) < 1e-2);
        CHECK(std::fabs(result.parameters[gaussian_sigma] - 400) < 1);
    }
}

void factors_are_those_of_the_columns() {
    uint32_t state = 9;
    for (double dependence : {1.0, 1e-2, 1e-4, 0.0}) {
        constexpr size_t points = 50;
        std::vector<double> memory(5 * points);
        double *columns[4];
        for (size_t j = 0; j < 4; ++j) columns[j] = memory.data() + j * points;
        double *residuals = memory.data() + 4 * points;
        for (double &value : memory) value = next_random(&state) / 4294967296.0 - 0.5;
        for (size_t i = 0; i < points; ++i) columns[3][i] = columns[0][i] - columns[1][i] + dependence * columns[3][i];
        Products<4> products;
        for (size_t j = 0; j < 4; ++j) {
            for (size_t k = 0; k < 4; ++k) products.matrix[j][k] = dot<16>(columns[j], columns[k], points);
            products.gradient[j] = dot<16>(columns[j], residuals, points);
        }
        Factors<4> by_products, by_columns;
        const bool done = factorise_products<4>(products, by_products);
        CHECK(done == (dependence >= 1e-2));
        if (!done) continue;
        factorise_columns<4, 16>(columns, residuals, points, by_columns);
        for (size_t i = 0; i < 4; ++i) {
            CHECK(by_products.pivots[i] == by_columns.pivots[i]);
            CHECK(std::fabs(by_products.column_norms[i] - by_columns.column_norms[i]) < 1e-12);
            const double sign = by_columns.r[i][i] < 0 ? -1 : 1;
            for (size_t j = 0; j < 4; ++j) CHECK(std::fabs(by_products.r[i][j] - sign * by_columns.r[i][j]) < 1e-9);
            CHECK(std::fabs(by_products.qtf[i] - sign * by_columns.qtf[i]) < 1e-9);
        }
    }
}

void evaluates_to_the_last_digits() {
    for (size_t count : {1, 3, 4, 9, 500}) {
        std::vector<double> axis, values(count);
        for (size_t i = 0; i < count; ++i) axis.push_back(static_cast<double>(i) * 1.7 - 300);
        const double parameters[] = {0, 1, 1, 11};
        evaluate_gaussian(axis.data(), count, parameters, values.data());
        for (size_t i = 0; i < count; ++i) {
            const double expected = std::exp(-(axis[i] - 1) * (axis[i] - 1) / 242);
            CHECK(std::fabs(values[i] - expected) <= 4e-16 * expected + 1e-307);
        }
    }
    const double flat[] = {5, 2, 0, 0};  // 0 / 0 at the center
    double axis[] = {0, 1};
    evaluate_gaussian(axis, 2, flat, axis);
    CHECK(std::isnan(axis[0]) && axis[1] == 5);
}

}  // namespace

int main() {
    factors_are_those_of_the_columns();
    for (Instructions limit : {Instructions::baseline, Instructions::avx2, Instructions::avx512}) {
        limit_instructions(limit);
        finds_clean_peaks();
        gives_start_values_when_it_fails();
        counts_evaluations_as_asked();
        accepts_constant_profiles();
        fits_where_derivatives_are_dependent();
        evaluates_to_the_last_digits();
    }
    std::printf("gaussian: %d checks, %d failed\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
