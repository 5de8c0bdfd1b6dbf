// Bit shuffle with LZ4, as the HDF5 filter 32008 and bsread have it: the bits of a block are regrouped into planes, then each
// block is compressed by itself. Plain functions, no allocation beyond the given scratch memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace camserver {

constexpr size_t kBitshuffleHeaderSize = 12;

// Elements per block when the caller has no wish: 8 kB, a multiple of 8, at least 128.
size_t bitshuffle_default_block(size_t element_size);

// Upper bound of the size of a compressed payload, header included; 0 when the sizes are out of range.
size_t bitshuffle_bound(size_t element_count, size_t element_size, size_t block_elements);

// Compresses into `output` (at least bitshuffle_bound bytes). Returns the bytes written, 0 on failure.
// `scratch` holds one block.
size_t bitshuffle_compress(const uint8_t *input, size_t element_count, size_t element_size, size_t block_elements,
                           uint8_t *output, size_t capacity, uint8_t *scratch);

struct BitshuffleHeader {
    uint64_t size;          // uncompressed bytes
    uint64_t block_elements;
};

// Reads and checks a header. Returns nullptr on success, else what is wrong.
const char *bitshuffle_read_header(const uint8_t *input, size_t input_size, size_t element_size,
                                   BitshuffleHeader *header);

// Decompresses into `output` of exactly header.size bytes; never reads or writes beyond the sizes given.
// Returns nullptr on success, else what is wrong. `scratch` holds one block.
const char *bitshuffle_decompress(const uint8_t *input, size_t input_size, size_t element_size,
                                  const BitshuffleHeader &header, uint8_t *output, uint8_t *scratch);

// One block of `element_count` (a multiple of 8) elements to bit planes, and back.
void bitshuffle_block(const uint8_t *input, uint8_t *output, size_t element_count, size_t element_size);
void bitunshuffle_block(const uint8_t *input, uint8_t *output, size_t element_count, size_t element_size);

}  // namespace camserver
