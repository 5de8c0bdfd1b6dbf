// What a viewer shows of an image: the distribution of its values, and the image reduced to the size of a screen.
#pragma once

#include "kernels/image.h"

namespace camserver {

// Values are counted in equal bins: that of `value` is trunc((value - low) * scale).
struct Measurement {
    double low;
    double scale;
    double minimum;  // of the finite values; infinities when there is none
    double maximum;
    uint64_t not_finite;
};

// Counts the pixels in `bins` bins, which `counts` holds and which are set here. For integers of at most 16 bits and 65536 bins
// each value has its own bin, beginning with the lowest of the type; else the bins span minimum to maximum.
// Throws std::bad_alloc.
Measurement measure(const ImageView &image, uint32_t *counts, size_t bins);

// How pixels become plane elements: (value - low) * scale, rounded, limited to the element type; not a number becomes 0.
struct PlaneScale {
    double low;
    double scale;
};

// Reduces the image by blocks of factor x factor pixels, of which the mean or, for `peak`, the largest is taken; blocks at the
// right and lower edge may be smaller. The plane has ceil(rows / factor) * ceil(columns / factor) elements of type uint8 or
// uint16. Throws std::bad_alloc.
void reduce_to_plane(const ImageView &image, size_t factor, bool peak, PlaneScale scale, ElementType type, void *plane);

}  // namespace camserver
