#include "simulation.h"

#include "border.h"
#include "kernels/simulation.h"

namespace camserver {
namespace {

struct Elements {
    void *data = nullptr;
    size_t length = 0;
};

bool get_elements(napi_env env, napi_value value, napi_typedarray_type expected, Elements *elements) {
    bool is_typed_array = false;
    if (napi_is_typedarray(env, value, &is_typed_array) != napi_ok || !is_typed_array) return false;
    napi_typedarray_type type;
    if (napi_get_typedarray_info(env, value, &type, &elements->length, &elements->data, nullptr, nullptr) != napi_ok) {
        return false;
    }
    return type == expected;
}

// simulateBeam(columns: Uint16Array, rows: Uint16Array, state: Uint32Array, destination: Uint16Array)
napi_value simulate(napi_env env, napi_callback_info info) {
    size_t count = 4;
    napi_value arguments[4];
    napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
    Elements columns, rows, state, destination;
    if (count < 4 || !get_elements(env, arguments[0], napi_uint16_array, &columns) ||
        !get_elements(env, arguments[1], napi_uint16_array, &rows) ||
        !get_elements(env, arguments[2], napi_uint32_array, &state) ||
        !get_elements(env, arguments[3], napi_uint16_array, &destination)) {
        return throw_type_error(env, "simulateBeam: expected columns and rows (Uint16Array), state (Uint32Array), "
                                     "destination (Uint16Array)");
    }
    if (state.length != kNoiseLanes || destination.length != columns.length * rows.length) {
        napi_throw_range_error(env, nullptr,
                               "simulateBeam: state must have 16 elements, destination one for each column and row");
        return nullptr;
    }
    simulate_beam(static_cast<uint16_t *>(columns.data), columns.length, static_cast<uint16_t *>(rows.data),
                  rows.length, static_cast<uint32_t *>(state.data), static_cast<uint16_t *>(destination.data));
    return nullptr;
}

}  // namespace

void define_simulation(napi_env env, napi_value exports) {
    napi_value function;
    napi_create_function(env, "simulateBeam", NAPI_AUTO_LENGTH, simulate, nullptr, &function);
    napi_set_named_property(env, exports, "simulateBeam", function);
}

}  // namespace camserver
