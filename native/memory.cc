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
    napi_create_function(env, "trimMemory", NAPI_AUTO_LENGTH, trim_memory, nullptr, &function);
    napi_set_named_property(env, exports, "trimMemory", function);
}

}  // namespace camserver
