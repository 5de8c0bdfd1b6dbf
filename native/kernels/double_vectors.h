// Loops over arrays of doubles; `width` is the size of a vector register in bytes. Sums run in two sets of lanes, which hides
// the latency of additions; their order therefore depends on the instruction set (differences of about 1e-16).
#pragma once

#include <cmath>

#include "kernels/vectors.h"

namespace camserver {

template <size_t width>
using Doubles = Vector<double, width / sizeof(double)>;

template <size_t width>
CAMSERVER_INLINE double dot(const double *a, const double *b, size_t count) {
    using V = Doubles<width>;
    constexpr size_t lanes = width / sizeof(double);
    V first{};
    V second{};
    size_t i = 0;
    for (; i + 2 * lanes <= count; i += 2 * lanes) {
        first += load<V>(a + i) * load<V>(b + i);
        second += load<V>(a + i + lanes) * load<V>(b + i + lanes);
    }
    first += second;
    double sum = 0;
    for (size_t lane = 0; lane < lanes; ++lane) sum += first[lane];
    for (; i < count; ++i) sum += a[i] * b[i];
    return sum;
}

template <size_t width>
CAMSERVER_INLINE double euclidean_norm(const double *values, size_t count) {
    return std::sqrt(dot<width>(values, values, count));
}

// target -= factor * source
template <size_t width>
CAMSERVER_INLINE void subtract_multiple(double *target, const double *source, double factor, size_t count) {
    using V = Doubles<width>;
    constexpr size_t lanes = width / sizeof(double);
    size_t i = 0;
    for (; i + lanes <= count; i += lanes) store(target + i, load<V>(target + i) - factor * load<V>(source + i));
    for (; i < count; ++i) target[i] -= factor * source[i];
}

template <size_t width>
CAMSERVER_INLINE void divide(double *values, double divisor, size_t count) {
    using V = Doubles<width>;
    constexpr size_t lanes = width / sizeof(double);
    size_t i = 0;
    for (; i + lanes <= count; i += lanes) store(values + i, load<V>(values + i) / divisor);
    for (; i < count; ++i) values[i] /= divisor;
}

// e^x for -708 <= x <= 0, to about one unit in the last place: x = k ln 2 + r, Taylor polynomial of r, exponent k added to the
// bits. NaN stays. V is a vector of doubles, I one of 64-bit integers of the same length.
template <class V, class I>
CAMSERVER_INLINE V exponential_in_range(V x) {
    constexpr double rounder = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to a whole number
    const V shifted = x * 1.4426950408889634 + rounder;
    const V k = shifted - rounder;
    const V r = (x - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10;
    V sum = V{} + 1.0 / 6227020800.0;
    sum = sum * r + 1.0 / 479001600.0;
    sum = sum * r + 1.0 / 39916800.0;
    sum = sum * r + 1.0 / 3628800.0;
    sum = sum * r + 1.0 / 362880.0;
    sum = sum * r + 1.0 / 40320.0;
    sum = sum * r + 1.0 / 5040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    sum = sum * r + 1.0;
    sum = sum * r + 1.0;
    const V power = (V)(((I)shifted + 1023) << 52);
    return sum * power;
}

// e^x for x <= 0; never less than e^-708, about 3e-308, which saves looking at each point.
template <class V, class I>
CAMSERVER_INLINE V limited_exponential(V x) {
    const V lowest = V{} - 708.0;
    return exponential_in_range<V, I>(x < lowest ? lowest : x);
}

// e^x for x <= 0; 0 below -708.
template <class V, class I>
CAMSERVER_INLINE V exponential_of_negative(V x) {
    const V lowest = V{} - 708.0;
    const V value = limited_exponential<V, I>(x);
    return x < lowest ? V{} : value;
}

}  // namespace camserver
