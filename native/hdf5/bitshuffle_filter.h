// The HDF5 filter 32008 (bit shuffle, with or without LZ4), so that files need no plug-in.
#pragma once

#include <cstddef>

namespace camserver::hdf5 {

constexpr int bitshuffle_filter = 32008;

// While it lives, chunks that this thread reads must unpack to exactly that many bytes; the library itself does not look, and
// would read beyond a chunk that a damaged file makes shorter. 0: any size.
class ExpectedChunk {
   public:
    explicit ExpectedChunk(size_t bytes);
    ~ExpectedChunk();
    ExpectedChunk(const ExpectedChunk &) = delete;
    ExpectedChunk &operator=(const ExpectedChunk &) = delete;
};

// Makes the filter known to the library; has no effect when it is already known.
void register_bitshuffle_filter();

}  // namespace camserver::hdf5
