#include "bitshuffle_filter.h"

#include <hdf5.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "../kernels/bitshuffle.h"

namespace camserver::hdf5 {

namespace {

// Parameters as the filter's authors lay them out: version (2), element size, elements per block, compression.
constexpr size_t version_parameters = 2;
constexpr size_t element_size_parameter = 2;
constexpr size_t block_parameter = 3;
constexpr size_t compression_parameter = 4;
constexpr size_t most_parameters = 5;
constexpr unsigned lz4_compression = 2;
constexpr unsigned format_version[version_parameters] = {0, 3};

thread_local size_t expected_bytes = 0;

// Puts version and element size in front of what the creator of the dataset gave.
herr_t set_local(hid_t properties, hid_t type, hid_t) {
    unsigned given[most_parameters] = {};
    unsigned flags = 0;
    size_t count = most_parameters - element_size_parameter - 1;
    if (H5Pget_filter_by_id2(properties, bitshuffle_filter, &flags, &count, given, 0, nullptr, nullptr) < 0) return -1;
    const size_t element_size = H5Tget_size(type);
    if (element_size == 0) return -1;
    unsigned parameters[most_parameters] = {format_version[0], format_version[1], static_cast<unsigned>(element_size)};
    count = std::min(count, most_parameters - block_parameter);
    std::copy(given, given + count, parameters + block_parameter);
    return H5Pmodify_filter(properties, bitshuffle_filter, flags, block_parameter + count, parameters);
}

struct Parameters {
    size_t element_size;
    size_t block;
    bool is_compressed;
};

bool read_parameters(size_t count, const unsigned *values, Parameters *parameters) {
    if (count <= element_size_parameter || values[element_size_parameter] == 0) return false;
    parameters->element_size = values[element_size_parameter];
    const size_t block = count > block_parameter ? values[block_parameter] : 0;
    parameters->block = block == 0 ? bitshuffle_default_block(parameters->element_size) : block;
    const unsigned compression = count > compression_parameter ? values[compression_parameter] : 0;
    parameters->is_compressed = compression == lz4_compression;
    return parameters->block % 8 == 0 && (compression == 0 || parameters->is_compressed);
}

// Without compression: whole blocks, one shorter block of a multiple of 8, and what is left as it is.
void shuffle_only(const uint8_t *input, uint8_t *output, size_t size, const Parameters &parameters, bool forward) {
    const size_t elements = size / parameters.element_size;
    size_t done = 0;
    while (elements - done >= 8) {
        const size_t block = std::min(parameters.block, (elements - done) & ~size_t{7});
        const size_t at = done * parameters.element_size;
        if (forward) bitshuffle_block(input + at, output + at, block, parameters.element_size);
        else bitunshuffle_block(input + at, output + at, block, parameters.element_size);
        done += block;
    }
    const size_t at = done * parameters.element_size;
    std::memcpy(output + at, input + at, size - at);
}

// Replaces the library's buffer. Returns the new number of bytes.
size_t replace(void **buffer, size_t *capacity, void *output, size_t output_capacity, size_t used) {
    H5free_memory(*buffer);
    *buffer = output;
    *capacity = output_capacity;
    return used;
}

size_t decode(const Parameters &parameters, size_t size, size_t *capacity, void **buffer) {
    const auto *input = static_cast<const uint8_t *>(*buffer);
    BitshuffleHeader header{size, parameters.block};
    if (parameters.is_compressed && bitshuffle_read_header(input, size, parameters.element_size, &header) != nullptr) return 0;
    if (expected_bytes != 0 && header.size != expected_bytes) return 0;
    // a broken header must not make us allocate without limit: LZ4 expands at most 255 times
    if (header.size > size * 255 + 4096) return 0;
    void *output = H5allocate_memory(std::max<size_t>(header.size, 1), false);
    if (output == nullptr) return 0;
    bool is_good = true;
    if (parameters.is_compressed) {
        const size_t scratch_size = std::min<size_t>(header.block_elements * parameters.element_size, header.size);
        std::unique_ptr<uint8_t[]> scratch(new (std::nothrow) uint8_t[std::max<size_t>(scratch_size, 1)]);
        is_good = scratch && bitshuffle_decompress(input, size, parameters.element_size, header,
                                                   static_cast<uint8_t *>(output), scratch.get()) == nullptr;
    } else {
        shuffle_only(input, static_cast<uint8_t *>(output), size, parameters, false);
    }
    if (!is_good) {
        H5free_memory(output);
        return 0;
    }
    return replace(buffer, capacity, output, header.size, header.size);
}

size_t encode(const Parameters &parameters, size_t size, size_t *capacity, void **buffer) {
    const auto *input = static_cast<const uint8_t *>(*buffer);
    const size_t elements = size / parameters.element_size;
    const size_t bound =
        parameters.is_compressed ? bitshuffle_bound(elements, parameters.element_size, parameters.block) : size;
    if (bound == 0) return 0;
    void *output = H5allocate_memory(bound, false);
    if (output == nullptr) return 0;
    size_t used = size;
    if (parameters.is_compressed) {
        std::unique_ptr<uint8_t[]> scratch(new (std::nothrow) uint8_t[parameters.block * parameters.element_size]);
        used = !scratch ? 0
                        : bitshuffle_compress(input, elements, parameters.element_size, parameters.block,
                                              static_cast<uint8_t *>(output), bound, scratch.get());
    } else {
        shuffle_only(input, static_cast<uint8_t *>(output), size, parameters, true);
    }
    if (used == 0) {
        H5free_memory(output);
        return 0;
    }
    return replace(buffer, capacity, output, bound, used);
}

// 0 means failure to the library.
size_t filter(unsigned flags, size_t count, const unsigned values[], size_t size, size_t *capacity, void **buffer) {
    Parameters parameters;
    if (!read_parameters(count, values, &parameters)) return 0;
    if ((flags & H5Z_FLAG_REVERSE) != 0) return decode(parameters, size, capacity, buffer);
    return encode(parameters, size, capacity, buffer);
}

}  // namespace

ExpectedChunk::ExpectedChunk(size_t bytes) { expected_bytes = bytes; }

ExpectedChunk::~ExpectedChunk() { expected_bytes = 0; }

void register_bitshuffle_filter() {
    static const H5Z_class2_t description = {
        H5Z_CLASS_T_VERS, bitshuffle_filter, 1, 1, "bitshuffle; see https://github.com/kiyo-masui/bitshuffle",
        nullptr, set_local, filter,
    };
    H5Zregister(&description);
}

}  // namespace camserver::hdf5
