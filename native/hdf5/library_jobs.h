// Work of the HDF5 library: one thing at a time, on a thread of the pool.
#pragma once

#include "jobs.h"

namespace camserver::hdf5 {

// The promise of the answer; rejected with the text of a `StoreError`. `kept` are values that must live until the work is done.
napi_value start_job(napi_env env, Work work, const std::vector<napi_value> &kept = {});

}  // namespace camserver::hdf5
