// The fused pass over an image: background, threshold, minimum, maximum, column and row sums, in one reading.
#pragma once

#include "kernels/image.h"

namespace camserver {

enum class Background {
    none,
    clamp,   // max(pixel - background, 0) in the type of the image
    signed_  // int32(pixel) - background, wrapping; the result is int32
};

struct PassRequest {
    ImageView image;
    // uint16, same rows and columns as the image; unused without background.
    Background mode = Background::none;
    ImageView background{};
    // Pixels below become 0.
    bool has_threshold = false;
    double threshold = 0;
    // Resulting pixels, row-major, or null. May be the image itself if that is row-major and of the resulting type;
    // otherwise it overlaps neither the image nor the background.
    void *destination = nullptr;
    // `columns` and `rows` sums: int64 for integer images, else the type of the image. Both null: no statistics.
    void *column_sums = nullptr;
    void *row_sums = nullptr;
};

union PassNumber {
    int64_t whole;
    double real;
};

// Minimum and maximum are `real` for types up to 32 bits and floats, else the 64 bits in `whole`;
// the intensity is `whole` for integer images.
struct PassResult {
    PassNumber minimum;
    PassNumber maximum;
    PassNumber intensity;
};

// The type of the resulting pixels.
inline ElementType pass_type(ElementType image, Background mode) {
    return mode == Background::signed_ ? ElementType::int32 : image;
}

// Statistics need at least one pixel. Throws std::bad_alloc.
PassResult pass(const PassRequest &request);

}  // namespace camserver
