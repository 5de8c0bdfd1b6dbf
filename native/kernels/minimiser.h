// Least squares by Levenberg and Marquardt with the step control of MINPACK (J. J. Moré, "The Levenberg-Marquardt
// algorithm: implementation and theory", 1978): scaling by column norms, a trust region, and the same tests for the end.
// The twin of src/processing/reference/minimiser.ts, step for step; only R comes by a shorter way (factors.h).
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/factors.h"

namespace camserver {

struct MinimiserOptions {
    double maximum_evaluations;
    // An evaluation of the derivatives counts as many evaluations as there are parameters.
    bool count_derivatives;
    double function_tolerance;
    double parameter_tolerance;
};

template <size_t n>
struct FitOutcome {
    double parameters[n];  // the start values unless converged
    bool converged;
    double evaluations;
};

template <size_t n>
inline double small_norm(const double *values) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i) sum += values[i] * values[i];
    return std::sqrt(sum);
}

template <size_t n>
inline double scaled_norm(const double *scale, const double *values) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i) sum += (scale[i] * values[i]) * (scale[i] * values[i]);
    return std::sqrt(sum);
}

template <size_t n>
double gradient_norm(const Factors<n> &factors, double norm) {
    if (norm == 0) return 0;
    double largest = 0;
    for (size_t j = 0; j < n; ++j) {
        const double length = factors.column_norms[factors.pivots[j]];
        if (length == 0) continue;
        double sum = 0;
        for (size_t i = 0; i <= j; ++i) sum += factors.r[i][j] * factors.qtf[i] / norm;
        const double value = std::fabs(sum / length);
        if (value > largest || value != value) largest = value;
    }
    return largest;
}

template <size_t n>
void back_substitute(const double triangle[n][n], const double *right, size_t rank, const size_t *pivots, double *step) {
    double solution[n] = {};
    for (size_t j = 0; j < rank; ++j) solution[j] = right[j];
    for (size_t j = rank; j-- > 0;) {
        solution[j] /= triangle[j][j];
        for (size_t i = 0; i < j; ++i) solution[i] -= triangle[i][j] * solution[j];
    }
    for (size_t j = 0; j < n; ++j) step[pivots[j]] = solution[j];
}

// Squared length of the solution of (triangle)^T y = scaled step / length.
template <size_t n>
double squared_slope(const double triangle[n][n], const size_t *pivots, const double *scale, const double *step,
                     double length) {
    double y[n];
    double sum_of_squares = 0;
    for (size_t j = 0; j < n; ++j) {
        const double weight = scale[pivots[j]];
        double sum = weight * (weight * step[pivots[j]] / length);
        for (size_t i = 0; i < j; ++i) sum -= triangle[i][j] * y[i];
        y[j] = sum / triangle[j][j];
        sum_of_squares += y[j] * y[j];
    }
    return sum_of_squares;
}

// Least squares of the triangle with the damped diagonal below it (MINPACK's `qrsolv`), by Givens rotations.
template <size_t n>
void solve_damped(const Factors<n> &factors, const double *scale, double root, double triangle[n][n], double *step) {
    double right[n];
    for (size_t i = 0; i < n; ++i) {
        right[i] = factors.qtf[i];
        for (size_t j = 0; j < n; ++j) triangle[i][j] = factors.r[i][j];
    }
    for (size_t j = 0; j < n; ++j) {
        double row[n] = {};
        row[j] = root * scale[factors.pivots[j]];
        if (row[j] == 0) continue;
        double rest = 0;
        for (size_t k = j; k < n; ++k) {
            if (row[k] == 0) continue;
            const double length = std::hypot(triangle[k][k], row[k]);
            const double cosine = triangle[k][k] / length;
            const double sine = row[k] / length;
            for (size_t i = k; i < n; ++i) {
                const double upper = triangle[k][i];
                triangle[k][i] = cosine * upper + sine * row[i];
                row[i] = -sine * upper + cosine * row[i];
            }
            const double element = right[k];
            right[k] = cosine * element + sine * rest;
            rest = -sine * element + cosine * rest;
        }
    }
    size_t rank = 0;
    while (rank < n && triangle[rank][rank] != 0) ++rank;
    back_substitute<n>(triangle, right, rank, factors.pivots, step);
}

// The step within the trust region and its damping (MINPACK's `lmpar`): the undamped step if it fits, else the damping for
// which the scaled step is as long as the radius, to 10 %. Returns the damping.
template <size_t n>
double damped_step(const Factors<n> &factors, const double *scale, double radius, double start, double *step) {
    constexpr double smallest = std::numeric_limits<double>::min();
    size_t rank = 0;
    while (rank < n && factors.r[rank][rank] != 0) ++rank;
    back_substitute<n>(factors.r, factors.qtf, rank, factors.pivots, step);
    double length = scaled_norm<n>(scale, step);
    double excess = length - radius;
    if (excess <= 0.1 * radius) return 0;
    double lower = 0;
    if (rank == n) lower = excess / radius / squared_slope<n>(factors.r, factors.pivots, scale, step, length);
    double sum_of_squares = 0;
    for (size_t j = 0; j < n; ++j) {
        double sum = 0;
        for (size_t i = 0; i <= j; ++i) sum += factors.r[i][j] * factors.qtf[i];
        sum /= scale[factors.pivots[j]];
        sum_of_squares += sum * sum;
    }
    const double gradient = std::sqrt(sum_of_squares);
    double upper = gradient / radius;
    if (upper == 0 || upper != upper) upper = smallest / std::min(radius, 0.1);
    double lambda = std::min(std::max(start, lower), upper);
    if (lambda == 0) lambda = gradient / length;
    for (int iteration = 1;; ++iteration) {
        if (lambda == 0) lambda = std::max(smallest, 0.001 * upper);
        double triangle[n][n];
        solve_damped<n>(factors, scale, std::sqrt(lambda), triangle, step);
        length = scaled_norm<n>(scale, step);
        const double previous = excess;
        excess = length - radius;
        if (std::fabs(excess) <= 0.1 * radius || (lower == 0 && excess <= previous && previous < 0) || iteration == 10) {
            return lambda;
        }
        const double correction = excess / radius / squared_slope<n>(triangle, factors.pivots, scale, step, length);
        if (excess > 0) lower = std::max(lower, lambda);
        if (excess < 0) upper = std::min(upper, lambda);
        lambda = std::max(lower, lambda + correction);
    }
}

// Length of R times the permuted step.
template <size_t n>
double linear_norm(const Factors<n> &factors, const double *step) {
    double product[n] = {};
    for (size_t j = 0; j < n; ++j) {
        for (size_t i = 0; i <= j; ++i) product[i] += factors.r[i][j] * step[factors.pivots[j]];
    }
    return small_norm<n>(product);
}

// Model, all at given parameters: `products(parameters, products)` in one pass over the points; `residuals(parameters, target)`
// writes model minus data, `jacobian(parameters, rows)` the derivatives, which are needed only where products do not do.
template <size_t n, size_t width, class Model>
CAMSERVER_INLINE void factorise(const Model &model, size_t points, const double *x, const Products<n> &products,
                                std::vector<double> &memory, Factors<n> &factors) {
    if (factorise_products<n>(products, factors)) return;
    memory.resize((n + 1) * points);
    double *residuals = memory.data();
    double *jacobian[n];
    for (size_t j = 0; j < n; ++j) jacobian[j] = residuals + (1 + j) * points;
    model.residuals(x, residuals);
    model.jacobian(x, jacobian);
    factorise_columns<n, width>(jacobian, residuals, points, factors);
}

template <size_t n, size_t width, class Model>
CAMSERVER_INLINE FitOutcome<n> minimise(const Model &model, size_t points, const double *start, const MinimiserOptions &options) {
    constexpr double factor = 100;
    constexpr double epsilon = std::numeric_limits<double>::epsilon();
    FitOutcome<n> outcome{};
    double x[n];
    bool is_finite = true;
    for (size_t j = 0; j < n; ++j) {
        outcome.parameters[j] = x[j] = start[j];
        is_finite = is_finite && std::isfinite(start[j]);
    }
    if (points < n || !is_finite) return outcome;
    std::vector<double> memory;
    Products<n> products;
    model.products(x, products);
    outcome.evaluations = 1;
    double norm = std::sqrt(products.residuals);
    if (!std::isfinite(norm)) return outcome;
    double scale[n];
    double lambda = 0;
    double radius = 0;
    double x_norm = 0;
    for (int iteration = 1;; ++iteration) {
        if (options.count_derivatives) outcome.evaluations += n;
        Factors<n> factors;
        factorise<n, width>(model, points, x, products, memory, factors);
        if (iteration == 1) {
            for (size_t j = 0; j < n; ++j) scale[j] = factors.column_norms[j] == 0 ? 1 : factors.column_norms[j];
            x_norm = scaled_norm<n>(scale, x);
            radius = factor * x_norm;
            if (radius == 0 || radius != radius) radius = factor;
        }
        const double gradient = gradient_norm<n>(factors, norm);
        if (gradient <= 0) {
            std::memcpy(outcome.parameters, x, sizeof(x));
            outcome.converged = true;
            return outcome;
        }
        for (size_t j = 0; j < n; ++j) scale[j] = std::max(scale[j], factors.column_norms[j]);
        for (;;) {
            double step[n];
            lambda = damped_step<n>(factors, scale, radius, lambda, step);
            double trial[n];
            for (size_t j = 0; j < n; ++j) trial[j] = x[j] - step[j];
            const double step_norm = scaled_norm<n>(scale, step);
            if (!std::isfinite(step_norm)) return outcome;
            if (iteration == 1) radius = std::min(radius, step_norm);
            Products<n> trial_products;
            model.products(trial, trial_products);
            outcome.evaluations += 1;
            const double trial_norm = std::sqrt(trial_products.residuals);
            const double actual = 0.1 * trial_norm < norm ? 1 - (trial_norm / norm) * (trial_norm / norm) : -1;
            const double linear = linear_norm<n>(factors, step) / norm;
            const double damped = std::sqrt(lambda) * step_norm / norm;
            const double predicted = linear * linear + damped * damped / 0.5;
            const double direction = -(linear * linear + damped * damped);
            const double ratio = predicted == 0 ? 0 : actual / predicted;
            if (ratio <= 0.25) {
                double shrink = actual >= 0 ? 0.5 : 0.5 * direction / (direction + 0.5 * actual);
                if (0.1 * trial_norm >= norm || shrink < 0.1) shrink = 0.1;
                radius = shrink * std::min(radius, step_norm / 0.1);
                lambda /= shrink;
            } else if (lambda == 0 || ratio >= 0.75) {
                radius = step_norm / 0.5;
                lambda *= 0.5;
            }
            if (ratio >= 1e-4) {
                std::memcpy(x, trial, sizeof(x));
                products = trial_products;
                x_norm = scaled_norm<n>(scale, x);
                norm = trial_norm;
            }
            const auto is_flat = [&](double tolerance) {
                return std::fabs(actual) <= tolerance && predicted <= tolerance && 0.5 * ratio <= 1;
            };
            if (is_flat(options.function_tolerance) || radius <= options.parameter_tolerance * x_norm) {
                std::memcpy(outcome.parameters, x, sizeof(x));
                outcome.converged = true;
                return outcome;
            }
            const bool is_stuck = is_flat(epsilon) || radius <= epsilon * x_norm || gradient <= epsilon;
            if (outcome.evaluations >= options.maximum_evaluations || is_stuck || !std::isfinite(radius)) return outcome;
            if (ratio >= 1e-4) break;
        }
    }
}

}  // namespace camserver
