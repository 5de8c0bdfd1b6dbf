// The HDF5 filter 32008 (bit shuffle, with or without LZ4), so that files need no plug-in.
#pragma once

namespace camserver::hdf5 {

constexpr int bitshuffle_filter = 32008;

// Makes the filter known to the library; has no effect when it is already known.
void register_bitshuffle_filter();

}  // namespace camserver::hdf5
