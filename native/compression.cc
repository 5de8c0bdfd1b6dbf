// Border of the compression functions.
#include "compression.h"

#include <lz4.h>

#include <algorithm>
#include <memory>
#include <new>

#include "border.h"
#include "kernels/bitshuffle.h"

namespace camserver {

namespace {

// bitshuffleBound(elementCount, elementSize): bytes that the output of bitshuffleCompress needs.
napi_value bitshuffle_bound_js(napi_env env, napi_callback_info info) {
    size_t count = 2;
    napi_value arguments[2];
    napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
    size_t elements = 0, element_size = 0;
    if (count < 2 || !get_size(env, arguments[0], &elements) || !get_size(env, arguments[1], &element_size) ||
        element_size == 0) {
        return throw_type_error(env, "bitshuffleBound: expected (elementCount, elementSize)");
    }
    return make_number(env,
                       static_cast<double>(bitshuffle_bound(elements, element_size, bitshuffle_default_block(element_size))));
}

// bitshuffleCompress(input: Uint8Array, elementSize, output: Uint8Array): bytes written, 0 when it is impossible.
napi_value bitshuffle_compress_js(napi_env env, napi_callback_info info) {
    size_t count = 3;
    napi_value arguments[3];
    napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
    Bytes input, output;
    size_t element_size = 0;
    if (count < 3 || !get_bytes(env, arguments[0], &input) || !get_size(env, arguments[1], &element_size) ||
        !get_bytes(env, arguments[2], &output) || element_size == 0 || element_size > 1024 ||
        input.size % element_size != 0) {
        return throw_type_error(env, "bitshuffleCompress: expected (Uint8Array, elementSize, Uint8Array)");
    }
    const size_t block = bitshuffle_default_block(element_size);
    std::unique_ptr<uint8_t[]> scratch(new (std::nothrow) uint8_t[block * element_size]);
    if (!scratch) return make_number(env, 0);
    return make_number(env, static_cast<double>(bitshuffle_compress(input.data, input.size / element_size, element_size,
                                                                    block, output.data, output.size, scratch.get())));
}

// bitshuffleDecompress(input: Uint8Array, elementSize, output: Uint8Array): null on success, else what is wrong.
napi_value bitshuffle_decompress_js(napi_env env, napi_callback_info info) {
    size_t count = 3;
    napi_value arguments[3];
    napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
    Bytes input, output;
    size_t element_size = 0;
    if (count < 3 || !get_bytes(env, arguments[0], &input) || !get_size(env, arguments[1], &element_size) ||
        !get_bytes(env, arguments[2], &output)) {
        return throw_type_error(env, "bitshuffleDecompress: expected (Uint8Array, elementSize, Uint8Array)");
    }
    BitshuffleHeader header;
    const char *wrong = bitshuffle_read_header(input.data, input.size, element_size, &header);
    if (wrong != nullptr) return make_text(env, wrong);
    if (header.size != output.size) return make_text(env, "announced size differs from the expected one");
    std::unique_ptr<uint8_t[]> scratch(new (std::nothrow) uint8_t[std::min<size_t>(
        header.block_elements * element_size, output.size)]);
    if (!scratch) return make_text(env, "no memory for a block");
    wrong = bitshuffle_decompress(input.data, input.size, element_size, header, output.data, scratch.get());
    if (wrong != nullptr) return make_text(env, wrong);
    napi_value null;
    napi_get_null(env, &null);
    return null;
}

// lz4Compress(input: Uint8Array, output: Uint8Array): bytes written, 0 when the output is too small.
napi_value lz4_compress_js(napi_env env, napi_callback_info info) {
    size_t count = 2;
    napi_value arguments[2];
    napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
    Bytes input, output;
    if (count < 2 || !get_bytes(env, arguments[0], &input) || !get_bytes(env, arguments[1], &output)) {
        return throw_type_error(env, "lz4Compress: expected (Uint8Array, Uint8Array)");
    }
    if (input.size > LZ4_MAX_INPUT_SIZE) return make_number(env, 0);
    const int capacity = static_cast<int>(std::min<size_t>(output.size, 0x7FFFFFFF));
    return make_number(env, LZ4_compress_default(reinterpret_cast<const char *>(input.data),
                                                 reinterpret_cast<char *>(output.data),
                                                 static_cast<int>(input.size), capacity));
}

// lz4Decompress(input: Uint8Array, output: Uint8Array): bytes written, negative when the input is broken or the output too small.
napi_value lz4_decompress_js(napi_env env, napi_callback_info info) {
    size_t count = 2;
    napi_value arguments[2];
    napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
    Bytes input, output;
    if (count < 2 || !get_bytes(env, arguments[0], &input) || !get_bytes(env, arguments[1], &output)) {
        return throw_type_error(env, "lz4Decompress: expected (Uint8Array, Uint8Array)");
    }
    if (input.size > 0x7FFFFFFF) return make_number(env, -1);
    const int capacity = static_cast<int>(std::min<size_t>(output.size, 0x7FFFFFFF));
    return make_number(env, LZ4_decompress_safe(reinterpret_cast<const char *>(input.data),
                                                reinterpret_cast<char *>(output.data), static_cast<int>(input.size),
                                                capacity));
}

}  // namespace

void define_compression(napi_env env, napi_value exports) {
    const napi_property_descriptor functions[] = {
        {"bitshuffleBound", nullptr, bitshuffle_bound_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
        {"bitshuffleCompress", nullptr, bitshuffle_compress_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
        {"bitshuffleDecompress", nullptr, bitshuffle_decompress_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
        {"lz4Compress", nullptr, lz4_compress_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
        {"lz4Decompress", nullptr, lz4_decompress_js, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
    };
    napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
}

}  // namespace camserver
