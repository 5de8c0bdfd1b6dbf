// holdLittleMemory(): blocks of a megabyte and more go back to the system as soon as they are freed, and threads share a few
// heaps; for processes that handle a picture now and then, where new memory costs nothing that counts.
//
// trimMemory(): gives memory that was freed back to the system, which the C library keeps otherwise: after a burst of large
// messages hundreds of megabytes. On a thread of the pool; the promise tells whether there was any.
#include "memory.h"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "jobs.h"

namespace camserver {
namespace {

#ifdef __GLIBC__
constexpr int LARGE_BLOCK = 1 << 20;
constexpr int HEAPS = 2;
#endif

napi_value hold_little_memory(napi_env, napi_callback_info) {
#ifdef __GLIBC__
    // a threshold that is set stays; otherwise each large block that is freed raises it, up to 32 MB
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
    mallopt(M_ARENA_MAX, HEAPS);
#endif
    return nullptr;
}

napi_value trim_memory(napi_env env, napi_callback_info) {
    return start_job(env, [] {
#ifdef __GLIBC__
        const bool is_trimmed = malloc_trim(0) == 1;
#else
        const bool is_trimmed = false;
#endif
        return [is_trimmed](napi_env environment) {
            napi_value result;
            napi_get_boolean(environment, is_trimmed, &result);
            return result;
        };
    });
}

}  // namespace

void define_memory(napi_env env, napi_value exports) {
    napi_value function;
    napi_create_function(env, "holdLittleMemory", NAPI_AUTO_LENGTH, hold_little_memory, nullptr, &function);
    napi_set_named_property(env, exports, "holdLittleMemory", function);
    napi_create_function(env, "trimMemory", NAPI_AUTO_LENGTH, trim_memory, nullptr, &function);
    napi_set_named_property(env, exports, "trimMemory", function);
}

}  // namespace camserver
