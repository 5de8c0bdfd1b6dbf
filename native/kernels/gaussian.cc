#include "gaussian.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "dispatch.h"

namespace camserver {

namespace {

constexpr int N = kGaussianParameters;
constexpr double kFactor = 100;
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kSmallest = std::numeric_limits<double>::min();
constexpr double kSqrtTwoPi = 2.5066282746310002;

// exp(x) for x <= 0 without branches, so that loops over it are vectorised: x = k ln 2 + r, |r| <= ln 2 / 2, a Taylor
// polynomial of degree 13 for exp(r) (error below 1e-16), the power of two by its bits. Below -708 the result is 0.
CAMSERVER_INLINE double exp_negative(double x) {
    constexpr double kShift = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer
    const double limited = x < -708.0 ? -708.0 : x;
    const double shifted = limited * 1.4426950408889634 + kShift;
    const double k = shifted - kShift;
    double r = limited - k * 6.93147180369123816490e-01;
    r -= k * 1.90821492927058770002e-10;
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    uint64_t bits;
    std::memcpy(&bits, &shifted, sizeof(bits));
    bits = (bits + 1023) << 52;
    double power;
    std::memcpy(&power, &bits, sizeof(power));
    const double result = p * power;
    return x < -708.0 ? 0.0 : result;
}

CAMSERVER_INLINE void residuals_body(const double *axis, const double *data, size_t count, const double *p,
                                     double *residuals) {
    const double offset = p[0], amplitude = p[1], center = p[2];
    const double scale = -1.0 / (2 * p[3] * p[3]);
    for (size_t i = 0; i < count; ++i) {
        const double distance = axis[i] - center;
        residuals[i] = offset + amplitude * exp_negative(distance * distance * scale) - data[i];
    }
}

// One column of `count` derivatives per parameter.
CAMSERVER_INLINE void jacobian_body(const double *axis, size_t count, const double *p, double *jacobian) {
    const double amplitude = p[1], center = p[2], sigma = p[3];
    const double scale = -1.0 / (2 * sigma * sigma);
    const double by_center = amplitude / (sigma * sigma);
    const double by_sigma = by_center / sigma;
    for (size_t i = 0; i < count; ++i) {
        const double distance = axis[i] - center;
        const double bell = exp_negative(distance * distance * scale);
        jacobian[i] = 1;
        jacobian[count + i] = bell;
        jacobian[2 * count + i] = by_center * bell * distance;
        jacobian[3 * count + i] = by_sigma * bell * distance * distance;
    }
}

// Partial sums fill the vector registers and let the additions overlap.
CAMSERVER_INLINE double dot(const double *a, const double *b, size_t count) {
    constexpr size_t kLanes = 16;
    double sums[kLanes] = {};
    size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        for (size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
    }
    for (; i < count; ++i) sums[0] += a[i] * b[i];
    double sum = 0;
    for (size_t lane = 0; lane < kLanes; ++lane) sum += sums[lane];
    return sum;
}

CAMSERVER_INLINE double norm(const double *a, size_t count) {
    return std::sqrt(dot(a, a, count));
}

double scaled_norm(const double *scale, const double *vector) {
    double sum = 0;
    for (int j = 0; j < N; ++j) sum += scale[j] * vector[j] * scale[j] * vector[j];
    return std::sqrt(sum);
}

struct Factors {
    double column_norms[N];
    double r[N][N];
    int pivots[N];
    double qtf[N];
};

CAMSERVER_INLINE void reflect(const double *reflector, double *target, size_t from, size_t count) {
    const double factor = dot(reflector + from, target + from, count - from) / reflector[from];
    for (size_t i = from; i < count; ++i) target[i] -= factor * reflector[i];
}

// QR with column pivoting by Householder reflections; `jacobian` and `rotated` (the residuals) are overwritten.
CAMSERVER_INLINE void factorise(double *jacobian, double *rotated, size_t count, Factors *factors) {
    double *columns[N];
    double remaining[N], diagonal[N];
    for (int j = 0; j < N; ++j) {
        columns[j] = jacobian + j * count;
        factors->column_norms[j] = remaining[j] = norm(columns[j], count);
        factors->pivots[j] = j;
    }
    for (int j = 0; j < N; ++j) {
        int largest = j;
        for (int k = j; k < N; ++k) {
            if (remaining[k] > remaining[largest]) largest = k;
        }
        if (largest != j) {
            std::swap(columns[j], columns[largest]);
            remaining[largest] = remaining[j];
            std::swap(factors->pivots[j], factors->pivots[largest]);
        }
        double *column = columns[j];
        double length = norm(column + j, count - j);
        if (length != 0) {
            if (column[j] < 0) length = -length;
            const double inverse = 1 / length;
            for (size_t i = j; i < count; ++i) column[i] *= inverse;
            column[j] += 1;
            for (int k = j + 1; k < N; ++k) {
                reflect(column, columns[k], j, count);
                remaining[k] = norm(columns[k] + j + 1, count - j - 1);
            }
            reflect(column, rotated, j, count);
        }
        diagonal[j] = -length;
    }
    for (int j = 0; j < N; ++j) {
        for (int i = 0; i < N; ++i) factors->r[i][j] = i < j ? columns[j][i] : 0;
        factors->r[j][j] = diagonal[j];
        factors->qtf[j] = rotated[j];
    }
}

double gradient_norm(const Factors &f, double residual_norm) {
    double largest = 0;
    if (residual_norm == 0) return largest;
    for (int j = 0; j < N; ++j) {
        const double length = f.column_norms[f.pivots[j]];
        if (length == 0) continue;
        double sum = 0;
        for (int i = 0; i <= j; ++i) sum += f.r[i][j] * f.qtf[i] / residual_norm;
        largest = std::max(largest, std::fabs(sum / length));
    }
    return largest;
}

void back_substitute(const double (&triangle)[N][N], const double *right, int rank, const int *pivots, double *step) {
    double solution[N] = {0, 0, 0, 0};
    for (int j = 0; j < rank; ++j) solution[j] = right[j];
    for (int j = rank - 1; j >= 0; --j) {
        solution[j] /= triangle[j][j];
        for (int i = 0; i < j; ++i) solution[i] -= triangle[i][j] * solution[j];
    }
    for (int j = 0; j < N; ++j) step[pivots[j]] = solution[j];
}

// Squared length of the solution of (triangle)^T y = scaled step / length.
double squared_slope(const double (&triangle)[N][N], const int *pivots, const double *scale, const double *step,
                     double length) {
    double y[N];
    double sum_of_squares = 0;
    for (int j = 0; j < N; ++j) {
        const double weight = scale[pivots[j]];
        double sum = weight * (weight * step[pivots[j]] / length);
        for (int i = 0; i < j; ++i) sum -= triangle[i][j] * y[i];
        y[j] = sum / triangle[j][j];
        sum_of_squares += y[j] * y[j];
    }
    return sum_of_squares;
}

// Least squares of the triangle with the damped diagonal below it (MINPACK's qrsolv), by Givens rotations.
void solve_damped(const Factors &f, const double *scale, double root, double (&triangle)[N][N], double *step) {
    double right[N];
    std::memcpy(triangle, f.r, sizeof(f.r));
    std::memcpy(right, f.qtf, sizeof(right));
    for (int j = 0; j < N; ++j) {
        double row[N] = {0, 0, 0, 0};
        row[j] = root * scale[f.pivots[j]];
        if (row[j] == 0) continue;
        double rest = 0;
        for (int k = j; k < N; ++k) {
            if (row[k] == 0) continue;
            const double length = std::hypot(triangle[k][k], row[k]);
            const double cosine = triangle[k][k] / length;
            const double sine = row[k] / length;
            for (int i = k; i < N; ++i) {
                const double upper = triangle[k][i];
                triangle[k][i] = cosine * upper + sine * row[i];
                row[i] = cosine * row[i] - sine * upper;
            }
            const double element = right[k];
            right[k] = cosine * element + sine * rest;
            rest = cosine * rest - sine * element;
        }
    }
    int rank = N;
    for (int j = N - 1; j >= 0; --j) {
        if (triangle[j][j] == 0) rank = j;
    }
    back_substitute(triangle, right, rank, f.pivots, step);
}

// The step within the trust region and its damping (MINPACK's lmpar).
double damped_step(const Factors &f, const double *scale, double radius, double lambda, double *step) {
    int rank = N;
    for (int j = N - 1; j >= 0; --j) {
        if (f.r[j][j] == 0) rank = j;
    }
    back_substitute(f.r, f.qtf, rank, f.pivots, step);
    double length = scaled_norm(scale, step);
    double excess = length - radius;
    if (excess <= 0.1 * radius) return 0;
    double lower = rank == N ? excess / radius / squared_slope(f.r, f.pivots, scale, step, length) : 0;
    double sum_of_squares = 0;
    for (int j = 0; j < N; ++j) {
        double sum = 0;
        for (int i = 0; i <= j; ++i) sum += f.r[i][j] * f.qtf[i];
        sum /= scale[f.pivots[j]];
        sum_of_squares += sum * sum;
    }
    const double gradient = std::sqrt(sum_of_squares);
    double upper = gradient / radius;
    if (upper == 0) upper = kSmallest / std::min(radius, 0.1);
    lambda = std::min(std::max(lambda, lower), upper);
    if (lambda == 0) lambda = gradient / length;
    for (int iteration = 1;; ++iteration) {
        if (lambda == 0) lambda = std::max(kSmallest, 0.001 * upper);
        double triangle[N][N];
        solve_damped(f, scale, std::sqrt(lambda), triangle, step);
        length = scaled_norm(scale, step);
        const double previous = excess;
        excess = length - radius;
        if (std::fabs(excess) <= 0.1 * radius || (lower == 0 && excess <= previous && previous < 0) || iteration == 10) {
            return lambda;
        }
        const double correction = excess / radius / squared_slope(triangle, f.pivots, scale, step, length);
        if (excess > 0) lower = std::max(lower, lambda);
        if (excess < 0) upper = std::min(upper, lambda);
        lambda = std::max(lower, lambda + correction);
    }
}

// Length of R times the permuted step.
CAMSERVER_INLINE double linear_norm(const Factors &f, const double *step) {
    double product[N] = {0, 0, 0, 0};
    for (int j = 0; j < N; ++j) {
        for (int i = 0; i <= j; ++i) product[i] += f.r[i][j] * step[f.pivots[j]];
    }
    return norm(product, N);
}

CAMSERVER_INLINE GaussianFit fit_body(const double *axis, const double *data, size_t count, const double *start,
                                      const FitLimits &limits, double *workspace) {
    GaussianFit failure = {{start[0], start[1], start[2], start[3]}, false, 0};
    for (int j = 0; j < N; ++j) {
        if (!std::isfinite(start[j])) return failure;
    }
    if (count < N) return failure;
    double *residuals = workspace;
    double *rotated = workspace + count;
    double *jacobian = workspace + 2 * count;
    double x[N], scale[N];
    std::memcpy(x, start, sizeof(x));
    residuals_body(axis, data, count, x, residuals);
    int evaluations = 1;
    double residual_norm = norm(residuals, count);
    if (!std::isfinite(residual_norm)) return failure;
    double lambda = 0, radius = 0, x_norm = 0;
    for (int iteration = 1;; ++iteration) {
        Factors f;
        jacobian_body(axis, count, x, jacobian);
        evaluations += N;
        std::memcpy(rotated, residuals, count * sizeof(double));
        factorise(jacobian, rotated, count, &f);
        if (iteration == 1) {
            for (int j = 0; j < N; ++j) scale[j] = f.column_norms[j] == 0 ? 1 : f.column_norms[j];
            x_norm = scaled_norm(scale, x);
            radius = x_norm == 0 ? kFactor : kFactor * x_norm;
        }
        const double gradient = gradient_norm(f, residual_norm);
        if (gradient <= 0) return {{x[0], x[1], x[2], x[3]}, true, evaluations};
        for (int j = 0; j < N; ++j) scale[j] = std::max(scale[j], f.column_norms[j]);
        for (;;) {
            double step[N], trial[N];
            lambda = damped_step(f, scale, radius, lambda, step);
            for (int j = 0; j < N; ++j) trial[j] = x[j] - step[j];
            const double step_norm = scaled_norm(scale, step);
            if (iteration == 1) radius = std::min(radius, step_norm);
            residuals_body(axis, data, count, trial, rotated);
            ++evaluations;
            const double trial_norm = norm(rotated, count);
            const double quotient = trial_norm / residual_norm;
            const double actual = 0.1 * trial_norm < residual_norm ? 1 - quotient * quotient : -1;
            const double linear = linear_norm(f, step) / residual_norm;
            const double damped = std::sqrt(lambda) * step_norm / residual_norm;
            const double predicted = linear * linear + damped * damped / 0.5;
            const double direction = -(linear * linear + damped * damped);
            const double ratio = predicted == 0 ? 0 : actual / predicted;
            if (ratio <= 0.25) {
                double shrink = actual >= 0 ? 0.5 : 0.5 * direction / (direction + 0.5 * actual);
                if (0.1 * trial_norm >= residual_norm || shrink < 0.1) shrink = 0.1;
                radius = shrink * std::min(radius, step_norm / 0.1);
                lambda /= shrink;
            } else if (lambda == 0 || ratio >= 0.75) {
                radius = step_norm / 0.5;
                lambda *= 0.5;
            }
            const bool accepted = ratio >= 1e-4;
            if (accepted) {
                std::memcpy(x, trial, sizeof(x));
                std::swap(residuals, rotated);
                x_norm = scaled_norm(scale, x);
                residual_norm = trial_norm;
            }
            const auto is_flat = [&](double tolerance) {
                return std::fabs(actual) <= tolerance && predicted <= tolerance && 0.5 * ratio <= 1;
            };
            if (is_flat(limits.function_tolerance) || radius <= limits.parameter_tolerance * x_norm) {
                return {{x[0], x[1], x[2], x[3]}, true, evaluations};
            }
            const bool is_stuck = is_flat(kEpsilon) || radius <= kEpsilon * x_norm || gradient <= kEpsilon;
            if (evaluations >= limits.maximum_evaluations || is_stuck || !std::isfinite(radius)) {
                failure.evaluations = evaluations;
                return failure;
            }
            if (accepted) break;
        }
    }
}

#if CAMSERVER_X86
CAMSERVER_TARGET_AVX2 GaussianFit fit_avx2(const double *axis, const double *data, size_t count, const double *start,
                                           const FitLimits &limits, double *workspace) {
    return fit_body(axis, data, count, start, limits, workspace);
}
#endif

}  // namespace

void estimate_gaussian(const double *axis, const double *profile, size_t count, double *parameters) {
    double minimum = profile[0], maximum = profile[0];
    size_t peak = 0;
    for (size_t i = 0; i < count; ++i) {
        if (std::isnan(profile[i])) {
            minimum = maximum = profile[i];
            peak = i;
            break;
        }
        minimum = std::min(minimum, profile[i]);
        if (profile[i] > maximum) {
            maximum = profile[i];
            peak = i;
        }
    }
    const double amplitude = maximum - minimum;
    double area = 0;
    for (size_t i = 0; i + 1 < count; ++i) {
        area += (axis[i + 1] - axis[i]) * ((profile[i] - minimum) + (profile[i + 1] - minimum)) / 2;
    }
    parameters[0] = minimum;
    parameters[1] = amplitude;
    parameters[2] = axis[peak];
    parameters[3] = amplitude != 0 ? area / (amplitude * kSqrtTwoPi) : 1;
}

GaussianFit fit_gaussian(const double *axis, const double *data, size_t count, const double *start,
                         const FitLimits &limits, double *workspace) {
#if CAMSERVER_X86
    if (instructions() != Instructions::baseline) return fit_avx2(axis, data, count, start, limits, workspace);
#endif
    return fit_body(axis, data, count, start, limits, workspace);
}

}  // namespace camserver
