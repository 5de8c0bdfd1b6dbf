// The recursive filters that turn pixels into spline coefficients, on eight lines at once: the recursion along a line
// cannot be vectorised, neighbouring lines can.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/rotation.h"
#include "kernels/dispatch.h"

namespace camserver {
namespace {

constexpr size_t lanes = 8;
// One element of each line. The working memory is aligned as doubles are.
typedef double Line __attribute__((vector_size(lanes * sizeof(double)), aligned(sizeof(double)), may_alias));

enum class Rule { mirror, reflect, wrap };

Rule rule_of(Boundary boundary) {
    switch (boundary) {
        case Boundary::constant:
        case Boundary::mirror:
        case Boundary::wrap: return Rule::mirror;
        case Boundary::grid_wrap: return Rule::wrap;
        default: return Rule::reflect;
    }
}

struct Poles {
    size_t count;
    double values[2];
};

Poles poles_of(int order) {
    switch (order) {
        case 2: return {1, {std::sqrt(8.0) - 3, 0}};
        case 3: return {1, {std::sqrt(3.0) - 2, 0}};
        case 4:
            return {2, {std::sqrt(664 - std::sqrt(438976.0)) + std::sqrt(304.0) - 19,
                        std::sqrt(664 + std::sqrt(438976.0)) - std::sqrt(304.0) - 19}};
        case 5:
            return {2, {std::sqrt(67.5 - std::sqrt(4436.25)) + std::sqrt(26.25) - 6.5,
                        std::sqrt(67.5 + std::sqrt(4436.25)) - std::sqrt(26.25) - 6.5}};
        default: return {0, {0, 0}};
    }
}

// Powers of a pole below this contribute nothing, and would become slow denormal numbers.
constexpr double negligible = 1e-60;

CAMSERVER_INLINE void causal_start(Line *c, size_t n, double z, Rule rule) {
    double power = z;
    if (rule == Rule::mirror) {
        const double last = std::pow(z, static_cast<double>(n - 1));
        Line sum = c[0] + last * c[n - 1];
        for (size_t i = 1; i + 1 < n && std::fabs(power) > negligible; ++i, power *= z) {
            sum += power * (c[i] + last * c[n - 1 - i]);
        }
        c[0] = sum / (1 - std::pow(z, static_cast<double>(2 * n - 2)));
    } else if (rule == Rule::wrap) {
        Line sum = c[0];
        for (size_t i = 1; i < n && std::fabs(power) > negligible; ++i, power *= z) sum += power * c[n - i];
        c[0] = sum / (1 - std::pow(z, static_cast<double>(n)));
    } else {
        const double whole = std::pow(z, static_cast<double>(n));
        const Line first = c[0];
        Line sum = c[0] + whole * c[n - 1];
        for (size_t i = 1; i < n && std::fabs(power) > negligible; ++i, power *= z) {
            // In the last term c(0) is the sum so far.
            sum += power * (c[i] + whole * (i == n - 1 ? sum : c[n - 1 - i]));
        }
        c[0] = first + sum * z / (1 - std::pow(z, static_cast<double>(2 * n)));
    }
}

CAMSERVER_INLINE void anticausal_start(Line *c, size_t n, double z, Rule rule) {
    if (rule == Rule::mirror) {
        c[n - 1] = (z * c[n - 2] + c[n - 1]) * z / (z * z - 1);
    } else if (rule == Rule::reflect) {
        c[n - 1] = c[n - 1] * z / (z - 1);
    } else {
        double power = z;
        Line sum = c[n - 1];
        for (size_t i = 0; i + 1 < n && std::fabs(power) > negligible; ++i, power *= z) sum += power * c[i];
        c[n - 1] = sum * z / (std::pow(z, static_cast<double>(n)) - 1);
    }
}

CAMSERVER_INLINE void filter_lines(Line *c, size_t n, const Poles &poles, Rule rule) {
    double gain = 1;
    for (size_t k = 0; k < poles.count; ++k) gain *= (1 - poles.values[k]) * (1 - 1 / poles.values[k]);
    for (size_t i = 0; i < n; ++i) c[i] *= gain;
    for (size_t k = 0; k < poles.count; ++k) {
        const double z = poles.values[k];
        causal_start(c, n, z, rule);
        for (size_t i = 1; i < n; ++i) c[i] += z * c[i - 1];
        anticausal_start(c, n, z, rule);
        for (size_t i = n - 1; i-- > 0;) c[i] = z * (c[i + 1] - c[i]);
    }
}

// `step` leads to the next element of a line, `next` to the next line.
CAMSERVER_INLINE void filter_direction(double *plane, size_t length, size_t step, size_t lines, size_t next,
                                       const Poles &poles, Rule rule, Line *work) {
    if (length < 2) return;
    for (size_t first = 0; first < lines; first += lanes) {
        const size_t used = std::min(lanes, lines - first);
        double *const start = plane + first * next;
        for (size_t i = 0; i < length; ++i) {
            for (size_t lane = 0; lane < lanes; ++lane) work[i][lane] = lane < used ? start[i * step + lane * next] : 0;
        }
        filter_lines(work, length, poles, rule);
        for (size_t i = 0; i < length; ++i) {
            for (size_t lane = 0; lane < used; ++lane) start[i * step + lane * next] = work[i][lane];
        }
    }
}

CAMSERVER_INLINE void filter_plane(double *plane, size_t rows, size_t columns, const Poles &poles, Rule rule, Line *work) {
    filter_direction(plane, columns, 1, rows, columns, poles, rule, work);
    filter_direction(plane, rows, columns, columns, 1, poles, rule, work);
}

#if CAMSERVER_X86
CAMSERVER_TARGET_AVX2 void filter_avx2(double *plane, size_t rows, size_t columns, const Poles &poles, Rule rule,
                                       Line *work) {
    filter_plane(plane, rows, columns, poles, rule, work);
}
#endif

}  // namespace

void spline_coefficients(double *plane, size_t rows, size_t columns, int order, Boundary boundary) {
    const Poles poles = poles_of(order);
    if (poles.count == 0) return;
    const Rule rule = rule_of(boundary);
    std::vector<double> memory(std::max(rows, columns) * lanes);
    Line *work = reinterpret_cast<Line *>(memory.data());
#if CAMSERVER_X86
    if (instructions() >= Instructions::avx2) return filter_avx2(plane, rows, columns, poles, rule, work);
#endif
    filter_plane(plane, rows, columns, poles, rule, work);
}

}  // namespace camserver
