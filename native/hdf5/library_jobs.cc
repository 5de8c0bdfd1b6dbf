#include "library_jobs.h"

#include <mutex>

#include "store.h"

namespace camserver::hdf5 {

namespace {

// The library does one thing at a time in any case; the lock serves builds of it that are not made for threads.
std::mutex library;

}  // namespace

napi_value start_job(napi_env env, Work work, const std::vector<napi_value> &kept) {
    const auto exclusive = [work = std::move(work)] {
        const std::lock_guard<std::mutex> lock(library);
        silence_library();
        return work();
    };
    return camserver::start_job(env, exclusive, kept);
}

}  // namespace camserver::hdf5
