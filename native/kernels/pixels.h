// Operations on the pixels of one image. Destinations are row-major and do not overlap the image.
#pragma once

#include "kernels/image.h"

namespace camserver {

// Block sums or means, truncated and limited to 0..65535 (NaN gives 0); surplus rows and columns are cut. The destination has
// floor(rows / binning_y) * floor(columns / binning_x) elements. Throws std::bad_alloc.
void bin(const ImageView &image, size_t binning_x, size_t binning_y, bool mean, uint16_t *destination);

enum class Arithmetic { multiply, add };

// pixel * operand or pixel + operand in `type`. Integers wrap; the operand is truncated for integer types.
void apply(const ImageView &image, Arithmetic operation, double operand, ElementType type, void *destination);

// Conversion by truncation; integers wrap modulo 2^bits, NaN and infinities become 0.
void convert(const ImageView &image, ElementType type, void *destination);

// sum[i] += pixel[i]; `sum_type` is float32 or float64.
void accumulate(const ImageView &image, ElementType sum_type, void *sum);

// Colour index trunc(256 v), limited to 0..255, in a table of 256 RGBA colours; NaN gives transparent black.
void colorize(const double *values, size_t count, const uint8_t *table, uint8_t *colours);

}  // namespace camserver
