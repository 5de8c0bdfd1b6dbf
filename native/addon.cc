// The border between JavaScript and the kernels: arguments are checked and unpacked in the files of this folder, and nowhere
// else.
#include "border.h"
#include "compression.h"
#include "memory.h"
#include "notify.h"
#include "processing.h"
#include "shared_memory.h"
#include "simulation.h"

namespace {

// detach(buffer: ArrayBuffer): frees external memory at once instead of at the next garbage collection.
napi_value detach(napi_env env, napi_callback_info info) {
    size_t count = 1;
    napi_value argument;
    napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
    bool is_buffer = false;
    if (count < 1 || napi_is_arraybuffer(env, argument, &is_buffer) != napi_ok || !is_buffer) {
        return camserver::throw_type_error(env, "detach: expected an ArrayBuffer");
    }
    bool is_detached = false;
    napi_is_detached_arraybuffer(env, argument, &is_detached);
    if (!is_detached && napi_detach_arraybuffer(env, argument) != napi_ok) {
        return camserver::throw_type_error(env, "detach: this ArrayBuffer cannot be detached");
    }
    return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
    const napi_property_descriptor functions[] = {
        {"detach", nullptr, detach, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
    };
    napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
    camserver::define_compression(env, exports);
    camserver::define_pass(env, exports);
    camserver::define_fits(env, exports);
    camserver::define_pixels(env, exports);
    camserver::define_plane(env, exports);
    camserver::define_shared_memory(env, exports);
    camserver::define_simulation(env, exports);
    camserver::define_notify(env, exports);
    camserver::define_memory(env, exports);
    return exports;
}
