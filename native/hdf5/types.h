// Element types of HDF5 datasets by the names that CamServer uses.
#pragma once

#include <string>

#include "store.h"

namespace camserver::hdf5 {

// The type as it is read: half-precision floats become float32. Throws for types that CamServer does not know.
Type read_type(hid_t dataset, const std::string &what);

// The type in memory, in host order; also the one that new datasets get.
Handle memory_type(const Type &type);

}  // namespace camserver::hdf5
