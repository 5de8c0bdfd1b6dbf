// Helpers of the border: unpack arguments with precise errors.
#pragma once

#include <node_api.h>

#include <cstddef>
#include <cstdint>

namespace camserver {

struct Bytes {
    uint8_t *data = nullptr;
    size_t size = 0;
};

inline napi_value throw_type_error(napi_env env, const char *message) {
    napi_throw_type_error(env, nullptr, message);
    return nullptr;
}

// A Uint8Array (or Buffer), also over a SharedArrayBuffer. A detached one has size 0 and no data.
inline bool get_bytes(napi_env env, napi_value value, Bytes *bytes) {
    bool is_typed_array = false;
    if (napi_is_typedarray(env, value, &is_typed_array) != napi_ok || !is_typed_array) return false;
    napi_typedarray_type type;
    void *data = nullptr;
    if (napi_get_typedarray_info(env, value, &type, &bytes->size, &data, nullptr, nullptr) != napi_ok) return false;
    bytes->data = static_cast<uint8_t *>(data);
    return type == napi_uint8_array;
}

inline bool get_size(napi_env env, napi_value value, size_t *size) {
    double number = 0;
    if (napi_get_value_double(env, value, &number) != napi_ok) return false;
    if (!(number >= 0 && number <= 9007199254740991.0) || number != static_cast<double>(static_cast<uint64_t>(number))) {
        return false;
    }
    *size = static_cast<size_t>(number);
    return true;
}

inline napi_value make_number(napi_env env, double number) {
    napi_value value;
    napi_create_double(env, number, &value);
    return value;
}

inline napi_value make_text(napi_env env, const char *text) {
    napi_value value;
    napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
    return value;
}

}  // namespace camserver
