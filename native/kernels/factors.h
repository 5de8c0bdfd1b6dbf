// The triangular factor R of a Jacobian with scaled residuals, which is all that one step of a least-squares fit needs: J P = Q R
// with column pivoting, and the first elements of Q^T r. It comes from the sums of products J^T J and J^T r, which one pass over the points
// gives (Cholesky: R^T R = P^T J^T J P), or, where their rounding would be felt, from the Jacobian itself (Householder).
#pragma once

#include <algorithm>
#include <cmath>

#include "kernels/double_vectors.h"

namespace camserver {

template <size_t n>
struct Products {
    double matrix[n][n];  // J^T J
    double gradient[n];   // J^T r
    double residuals;     // r^T r
};

template <size_t n>
struct Factors {
    double column_norms[n];
    double r[n][n];  // upper triangle
    size_t pivots[n];
    double qtf[n];  // first elements of Q transposed times the residuals
};

// A column of which less than this part of its square is left beside the columns before it asks for the Jacobian itself: products
// are rounded at 1e-16, so that each element of R would be known to less than ten digits.
constexpr double smallest_independent_part = 1e-6;

// False: the columns are too dependent, or not finite; `factors` is then undefined.
template <size_t n>
bool factorise_products(const Products<n> &products, Factors<n> &factors) {
    double rest[n][n];
    double right[n];
    for (size_t j = 0; j < n; ++j) {
        for (size_t k = 0; k < n; ++k) {
            rest[j][k] = products.matrix[j][k];
            factors.r[j][k] = 0;
        }
        right[j] = products.gradient[j];
        factors.column_norms[j] = std::sqrt(products.matrix[j][j]);
        factors.pivots[j] = j;
    }
    for (size_t j = 0; j < n; ++j) {
        size_t largest = j;
        for (size_t k = j + 1; k < n; ++k) {
            if (rest[k][k] > rest[largest][largest]) largest = k;
        }
        if (largest != j) {
            for (size_t k = 0; k < n; ++k) std::swap(rest[j][k], rest[largest][k]);
            for (size_t k = 0; k < n; ++k) std::swap(rest[k][j], rest[k][largest]);
            for (size_t k = 0; k < j; ++k) std::swap(factors.r[k][j], factors.r[k][largest]);
            std::swap(right[j], right[largest]);
            std::swap(factors.pivots[j], factors.pivots[largest]);
        }
        const size_t column = factors.pivots[j];
        // written so that NaN is refused
        if (!(rest[j][j] > smallest_independent_part * products.matrix[column][column])) return false;
        const double diagonal = std::sqrt(rest[j][j]);
        factors.r[j][j] = diagonal;
        factors.qtf[j] = right[j] / diagonal;
        for (size_t k = j + 1; k < n; ++k) factors.r[j][k] = rest[j][k] / diagonal;
        for (size_t k = j + 1; k < n; ++k) {
            for (size_t l = j + 1; l < n; ++l) rest[k][l] -= factors.r[j][k] * factors.r[j][l];
            right[k] -= factors.r[j][k] * factors.qtf[j];
        }
    }
    return true;
}

// QR with column pivoting by Householder reflections; `jacobian` (one row per parameter) and `rotated` (the residuals) are
// overwritten.
template <size_t n, size_t width>
CAMSERVER_INLINE void factorise_columns(double *const jacobian[n], double *rotated, size_t points, Factors<n> &factors) {
    double *columns[n];
    double remaining[n];
    for (size_t j = 0; j < n; ++j) {
        columns[j] = jacobian[j];
        factors.pivots[j] = j;
        remaining[j] = factors.column_norms[j] = euclidean_norm<width>(columns[j], points);
    }
    double diagonal[n];
    for (size_t j = 0; j < n; ++j) {
        size_t largest = j;
        for (size_t k = j; k < n; ++k) {
            if (remaining[k] > remaining[largest]) largest = k;
        }
        if (largest != j) {
            std::swap(columns[j], columns[largest]);
            remaining[largest] = remaining[j];
            std::swap(factors.pivots[j], factors.pivots[largest]);
        }
        double *reflector = columns[j] + j;
        const size_t count = points - j;
        double length = euclidean_norm<width>(reflector, count);
        if (length != 0) {
            if (reflector[0] < 0) length = -length;
            divide<width>(reflector, length, count);
            reflector[0] += 1;
            for (size_t k = j + 1; k < n; ++k) {
                const double factor = dot<width>(reflector, columns[k] + j, count) / reflector[0];
                subtract_multiple<width>(columns[k] + j, reflector, factor, count);
                remaining[k] = euclidean_norm<width>(columns[k] + j + 1, count - 1);
            }
            const double factor = dot<width>(reflector, rotated + j, count) / reflector[0];
            subtract_multiple<width>(rotated + j, reflector, factor, count);
        }
        diagonal[j] = -length;
    }
    for (size_t j = 0; j < n; ++j) {
        for (size_t i = 0; i < n; ++i) factors.r[i][j] = i < j ? columns[j][i] : 0;
        factors.r[j][j] = diagonal[j];
        factors.qtf[j] = rotated[j];
    }
}

}  // namespace camserver
