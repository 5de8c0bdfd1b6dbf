// Rotation about the centre of an image with spline interpolation (M. Unser, "Splines: a perfect fit for signal and image
// processing", 1999): recursive filters give the coefficients, centred B-splines the values in between.
#pragma once

#include "kernels/image.h"

namespace camserver {

enum class Boundary { constant, nearest, mirror, reflect, wrap, grid_wrap, grid_mirror, grid_constant };

struct Rotation {
    double degrees;
    int order;  // degree of the spline, 1 to 5
    Boundary boundary;
    double fill;
};

// The destination has the type, rows and columns of the image, is row-major and does not overlap it. Integers are rounded
// half away from zero and saturate. Throws std::bad_alloc.
void rotate(const ImageView &image, const Rotation &rotation, void *destination);

// In place: the coefficients of a row-major plane. Throws std::bad_alloc.
void spline_coefficients(double *plane, size_t rows, size_t columns, int order, Boundary boundary);

}  // namespace camserver
