// Copies that rearrange pixels without changing them.
#pragma once

#include "kernels/image.h"

namespace camserver {

// The pixels of a view, row after row without gaps. `destination` does not overlap the view. Large steps between
// neighbouring columns (transposed views) are read in blocks that fit the cache.
void copy_row_major(const ImageView &view, void *destination);

}  // namespace camserver
