#include "bitshuffle.h"

#include <lz4.h>

#include <algorithm>
#include <cstring>

namespace camserver {

namespace {

constexpr uint64_t kMaximumSize = uint64_t{1} << 40;
constexpr uint64_t kMaximumBlock = uint64_t{1} << 26;

void write_be32(uint8_t *to, uint32_t value) {
    to[0] = static_cast<uint8_t>(value >> 24);
    to[1] = static_cast<uint8_t>(value >> 16);
    to[2] = static_cast<uint8_t>(value >> 8);
    to[3] = static_cast<uint8_t>(value);
}

uint32_t read_be32(const uint8_t *from) {
    return (uint32_t{from[0]} << 24) | (uint32_t{from[1]} << 16) | (uint32_t{from[2]} << 8) | uint32_t{from[3]};
}

uint64_t read_be64(const uint8_t *from) {
    return (uint64_t{read_be32(from)} << 32) | read_be32(from + 4);
}

// A block that is not a multiple of 8 elements never gets here.
bool compress_block(const uint8_t *input, size_t count, size_t size, uint8_t *scratch, uint8_t *output,
                    size_t capacity, size_t *written) {
    bitshuffle_block(input, scratch, count, size);
    const int length = LZ4_compress_default(reinterpret_cast<const char *>(scratch),
                                            reinterpret_cast<char *>(output + 4), static_cast<int>(count * size),
                                            static_cast<int>(std::min<size_t>(capacity - 4, LZ4_MAX_INPUT_SIZE)));
    if (length <= 0) return false;
    write_be32(output, static_cast<uint32_t>(length));
    *written = static_cast<size_t>(length) + 4;
    return true;
}

}  // namespace

size_t bitshuffle_default_block(size_t element_size) {
    return std::max<size_t>(8192 / element_size / 8 * 8, 128);
}

size_t bitshuffle_bound(size_t element_count, size_t element_size, size_t block_elements) {
    if (element_size == 0 || element_size > 1024 || block_elements == 0 || block_elements % 8 != 0) return 0;
    if (block_elements > kMaximumBlock / element_size || element_count > kMaximumSize / element_size) return 0;
    const size_t block_bound = static_cast<size_t>(LZ4_compressBound(static_cast<int>(block_elements * element_size)));
    return kBitshuffleHeaderSize + (element_count / block_elements + 1) * (block_bound + 4) + 8 * element_size;
}

size_t bitshuffle_compress(const uint8_t *input, size_t element_count, size_t element_size, size_t block_elements,
                           uint8_t *output, size_t capacity, uint8_t *scratch) {
    if (capacity < bitshuffle_bound(element_count, element_size, block_elements)) return 0;
    const uint64_t size = uint64_t{element_count} * element_size;
    write_be32(output, static_cast<uint32_t>(size >> 32));
    write_be32(output + 4, static_cast<uint32_t>(size));
    write_be32(output + 8, static_cast<uint32_t>(block_elements * element_size));
    size_t position = kBitshuffleHeaderSize;
    size_t done = 0;
    while (element_count - done >= 8) {
        const size_t count = std::min(block_elements, (element_count - done) / 8 * 8);
        size_t written = 0;
        if (!compress_block(input + done * element_size, count, element_size, scratch, output + position,
                            capacity - position, &written)) {
            return 0;
        }
        position += written;
        done += count;
    }
    const size_t leftover = (element_count - done) * element_size;
    if (leftover > 0) std::memcpy(output + position, input + done * element_size, leftover);
    return position + leftover;
}

const char *bitshuffle_read_header(const uint8_t *input, size_t input_size, size_t element_size,
                                   BitshuffleHeader *header) {
    if (input_size < kBitshuffleHeaderSize) return "shorter than its header of 12 bytes";
    if (element_size == 0 || element_size > 1024) return "element size out of range";
    header->size = read_be64(input);
    if (header->size > kMaximumSize) return "announced size is out of range";
    if (header->size % element_size != 0) return "announced size is not a multiple of the element size";
    const uint64_t block_bytes = read_be32(input + 8);
    header->block_elements = block_bytes == 0 ? bitshuffle_default_block(element_size) : block_bytes / element_size;
    if (block_bytes % element_size != 0 || header->block_elements % 8 != 0 || header->block_elements == 0) {
        return "block size is not a multiple of 8 elements";
    }
    if (header->block_elements > kMaximumBlock / element_size) return "block size is out of range";
    return nullptr;
}

const char *bitshuffle_decompress(const uint8_t *input, size_t input_size, size_t element_size,
                                  const BitshuffleHeader &header, uint8_t *output, uint8_t *scratch) {
    const size_t element_count = static_cast<size_t>(header.size / element_size);
    size_t position = kBitshuffleHeaderSize;
    size_t done = 0;
    while (element_count - done >= 8) {
        const size_t count = std::min<size_t>(header.block_elements, (element_count - done) / 8 * 8);
        if (input_size - position < 4) return "ends before a block";
        const uint32_t length = read_be32(input + position);
        position += 4;
        if (length > input_size - position || length > LZ4_MAX_INPUT_SIZE) return "ends within a block";
        const int expected = static_cast<int>(count * element_size);
        const int decoded = LZ4_decompress_safe(reinterpret_cast<const char *>(input + position),
                                                reinterpret_cast<char *>(scratch), static_cast<int>(length), expected);
        if (decoded != expected) return "a block is not valid LZ4 of the announced size";
        bitunshuffle_block(scratch, output + done * element_size, count, element_size);
        position += length;
        done += count;
    }
    const size_t leftover = (element_count - done) * element_size;
    if (input_size - position < leftover) return "ends before the last elements";
    if (leftover > 0) std::memcpy(output + done * element_size, input + position, leftover);
    return nullptr;
}

}  // namespace camserver
