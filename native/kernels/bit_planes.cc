// Transposition of bits inside a block: 8 * element_size bit planes, least significant bit first, element 8g+i of a
// plane in bit i of its byte g.
#include <cstring>

#include "kernels/bitshuffle.h"
#include "kernels/dispatch.h"

#if CAMSERVER_X86
#include <immintrin.h>
// GCC 12 warns about its own header (_mm512_permutexvar_epi64).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace camserver {
namespace {

// Transposes an 8 x 8 matrix of bits, one row per byte (Hacker's Delight 7-3).
inline uint64_t transpose_8x8(uint64_t rows) {
    uint64_t swap = (rows ^ (rows >> 7)) & 0x00AA00AA00AA00AAull;
    rows ^= swap ^ (swap << 7);
    swap = (rows ^ (rows >> 14)) & 0x0000CCCC0000CCCCull;
    rows ^= swap ^ (swap << 14);
    swap = (rows ^ (rows >> 28)) & 0x00000000F0F0F0F0ull;
    return rows ^ swap ^ (swap << 28);
}

void transpose_groups(const uint8_t *input, uint8_t *output, size_t elements, size_t size, size_t byte, size_t first) {
    const size_t plane = elements / 8;
    for (size_t group = first / 8; group < plane; ++group) {
        uint64_t rows = 0;
        for (size_t i = 0; i < 8; ++i) rows |= uint64_t{input[(group * 8 + i) * size + byte]} << (8 * i);
        const uint64_t columns = transpose_8x8(rows);
        uint8_t *target = output + byte * 8 * plane + group;
        for (size_t bit = 0; bit < 8; ++bit) target[bit * plane] = static_cast<uint8_t>(columns >> (8 * bit));
    }
}

void untranspose_groups(const uint8_t *input, uint8_t *output, size_t elements, size_t size, size_t byte,
                        size_t first) {
    const size_t plane = elements / 8;
    for (size_t group = first / 8; group < plane; ++group) {
        const uint8_t *source = input + byte * 8 * plane + group;
        uint64_t columns = 0;
        for (size_t bit = 0; bit < 8; ++bit) columns |= uint64_t{source[bit * plane]} << (8 * bit);
        const uint64_t rows = transpose_8x8(columns);
        for (size_t i = 0; i < 8; ++i) {
            output[(group * 8 + i) * size + byte] = static_cast<uint8_t>(rows >> (8 * i));
        }
    }
}

#if CAMSERVER_X86

// The eight bits of 32 bytes, from the most significant downwards, one plane each.
CAMSERVER_TARGET_AVX2 CAMSERVER_INLINE void store_bits(__m256i bytes, uint8_t *target, size_t plane) {
    for (int bit = 7; bit >= 0; --bit) {
        const int mask = _mm256_movemask_epi8(bytes);
        std::memcpy(target + static_cast<size_t>(bit) * plane, &mask, 4);
        bytes = _mm256_add_epi8(bytes, bytes);
    }
}

// The same for 64 bytes: the mask instructions of AVX-512 halve the number of stores.
CAMSERVER_TARGET_AVX512 CAMSERVER_INLINE void store_bits(__m512i bytes, uint8_t *target, size_t plane) {
    for (int bit = 7; bit >= 0; --bit) {
        const uint64_t mask = _mm512_movepi8_mask(bytes);
        std::memcpy(target + static_cast<size_t>(bit) * plane, &mask, 8);
        bytes = _mm512_add_epi8(bytes, bytes);
    }
}

CAMSERVER_TARGET_AVX512 size_t transpose_pairs_avx512(const uint8_t *input, uint8_t *output, size_t elements) {
    const size_t plane = elements / 8;
    const __m512i low_byte = _mm512_set1_epi16(0xff);
    const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    size_t i = 0;
    for (; i + 64 <= elements; i += 64) {
        const __m512i a = _mm512_loadu_si512(input + 2 * i);
        const __m512i b = _mm512_loadu_si512(input + 2 * i + 64);
        const __m512i low = _mm512_packus_epi16(_mm512_and_si512(a, low_byte), _mm512_and_si512(b, low_byte));
        const __m512i high = _mm512_packus_epi16(_mm512_srli_epi16(a, 8), _mm512_srli_epi16(b, 8));
        store_bits(_mm512_permutexvar_epi64(order, low), output + i / 8, plane);
        store_bits(_mm512_permutexvar_epi64(order, high), output + 8 * plane + i / 8, plane);
    }
    return i;
}

CAMSERVER_TARGET_AVX2 size_t transpose_bytes_avx2(const uint8_t *input, uint8_t *output, size_t elements) {
    const size_t plane = elements / 8;
    size_t i = 0;
    for (; i + 32 <= elements; i += 32) {
        store_bits(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(input + i)), output + i / 8, plane);
    }
    return i;
}

CAMSERVER_TARGET_AVX2 size_t transpose_pairs_avx2(const uint8_t *input, uint8_t *output, size_t elements) {
    const size_t plane = elements / 8;
    const __m256i low_byte = _mm256_set1_epi16(0xff);
    size_t i = 0;
    for (; i + 32 <= elements; i += 32) {
        const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(input + 2 * i));
        const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(input + 2 * i + 32));
        const __m256i low = _mm256_packus_epi16(_mm256_and_si256(a, low_byte), _mm256_and_si256(b, low_byte));
        const __m256i high = _mm256_packus_epi16(_mm256_srli_epi16(a, 8), _mm256_srli_epi16(b, 8));
        store_bits(_mm256_permute4x64_epi64(low, 0xd8), output + i / 8, plane);
        store_bits(_mm256_permute4x64_epi64(high, 0xd8), output + 8 * plane + i / 8, plane);
    }
    return i;
}

// Any element size: collects one byte of 32 elements, then as above.
CAMSERVER_TARGET_AVX2 size_t transpose_strided_avx2(const uint8_t *input, uint8_t *output, size_t elements,
                                                    size_t size) {
    const size_t plane = elements / 8;
    size_t i = 0;
    for (; i + 32 <= elements; i += 32) {
        for (size_t byte = 0; byte < size; ++byte) {
            alignas(32) uint8_t column[32];
            for (size_t j = 0; j < 32; ++j) column[j] = input[(i + j) * size + byte];
            store_bits(_mm256_load_si256(reinterpret_cast<const __m256i *>(column)),
                       output + byte * 8 * plane + i / 8, plane);
        }
    }
    return i;
}

CAMSERVER_TARGET_AVX2 CAMSERVER_INLINE __m256i exchange(__m256i rows, __m256i mask, int distance) {
    const __m256i swap = _mm256_and_si256(_mm256_xor_si256(rows, _mm256_srli_epi64(rows, distance)), mask);
    return _mm256_xor_si256(rows, _mm256_xor_si256(swap, _mm256_slli_epi64(swap, distance)));
}

CAMSERVER_TARGET_AVX2 CAMSERVER_INLINE __m256i transpose_four_8x8(__m256i rows) {
    rows = exchange(rows, _mm256_set1_epi64x(0x00AA00AA00AA00AAll), 7);
    rows = exchange(rows, _mm256_set1_epi64x(0x0000CCCC0000CCCCll), 14);
    return exchange(rows, _mm256_set1_epi64x(0x00000000F0F0F0F0ll), 28);
}

// Eight planes of 16 bytes become 128 bytes, one byte of each of 128 elements, in order.
CAMSERVER_TARGET_AVX2 CAMSERVER_INLINE void load_planes(const uint8_t *source, size_t plane, __m256i bytes[4]) {
    __m128i row[8];
    for (size_t bit = 0; bit < 8; ++bit) {
        row[bit] = _mm_loadu_si128(reinterpret_cast<const __m128i *>(source + bit * plane));
    }
    __m128i pair[8];
    for (int i = 0; i < 4; ++i) {
        pair[2 * i] = _mm_unpacklo_epi8(row[2 * i], row[2 * i + 1]);
        pair[2 * i + 1] = _mm_unpackhi_epi8(row[2 * i], row[2 * i + 1]);
    }
    __m128i quad[8];
    for (int half = 0; half < 2; ++half) {
        for (int i = 0; i < 2; ++i) {
            quad[half * 4 + 2 * i] = _mm_unpacklo_epi16(pair[4 * half + i], pair[4 * half + 2 + i]);
            quad[half * 4 + 2 * i + 1] = _mm_unpackhi_epi16(pair[4 * half + i], pair[4 * half + 2 + i]);
        }
    }
    for (int i = 0; i < 4; ++i) {
        const __m128i low = _mm_unpacklo_epi32(quad[i], quad[4 + i]);
        const __m128i high = _mm_unpackhi_epi32(quad[i], quad[4 + i]);
        bytes[i] = transpose_four_8x8(_mm256_set_m128i(high, low));
    }
}

CAMSERVER_TARGET_AVX2 size_t untranspose_bytes_avx2(const uint8_t *input, uint8_t *output, size_t elements) {
    const size_t plane = elements / 8;
    size_t i = 0;
    for (; i + 128 <= elements; i += 128) {
        __m256i bytes[4];
        load_planes(input + i / 8, plane, bytes);
        for (size_t k = 0; k < 4; ++k) {
            _mm256_storeu_si256(reinterpret_cast<__m256i *>(output + i + 32 * k), bytes[k]);
        }
    }
    return i;
}

CAMSERVER_TARGET_AVX2 size_t untranspose_pairs_avx2(const uint8_t *input, uint8_t *output, size_t elements) {
    const size_t plane = elements / 8;
    size_t i = 0;
    for (; i + 128 <= elements; i += 128) {
        __m256i low[4];
        __m256i high[4];
        load_planes(input + i / 8, plane, low);
        load_planes(input + 8 * plane + i / 8, plane, high);
        for (size_t k = 0; k < 4; ++k) {
            const __m256i even = _mm256_unpacklo_epi8(low[k], high[k]);
            const __m256i odd = _mm256_unpackhi_epi8(low[k], high[k]);
            __m256i *target = reinterpret_cast<__m256i *>(output + 2 * i + 64 * k);
            _mm256_storeu_si256(target, _mm256_permute2x128_si256(even, odd, 0x20));
            _mm256_storeu_si256(target + 1, _mm256_permute2x128_si256(even, odd, 0x31));
        }
    }
    return i;
}

CAMSERVER_TARGET_AVX2 size_t untranspose_strided_avx2(const uint8_t *input, uint8_t *output, size_t elements,
                                                      size_t size) {
    const size_t plane = elements / 8;
    size_t i = 0;
    for (; i + 128 <= elements; i += 128) {
        for (size_t byte = 0; byte < size; ++byte) {
            __m256i bytes[4];
            alignas(32) uint8_t column[128];
            load_planes(input + byte * 8 * plane + i / 8, plane, bytes);
            for (size_t k = 0; k < 4; ++k) _mm256_store_si256(reinterpret_cast<__m256i *>(column) + k, bytes[k]);
            for (size_t j = 0; j < 128; ++j) output[(i + j) * size + byte] = column[j];
        }
    }
    return i;
}

size_t transpose_vectors(const uint8_t *input, uint8_t *output, size_t elements, size_t size) {
    if (instructions() < Instructions::avx2) return 0;
    if (size == 1) return transpose_bytes_avx2(input, output, elements);
    if (size == 2 && instructions() >= Instructions::avx512) return transpose_pairs_avx512(input, output, elements);
    if (size == 2) return transpose_pairs_avx2(input, output, elements);
    return transpose_strided_avx2(input, output, elements, size);
}

size_t untranspose_vectors(const uint8_t *input, uint8_t *output, size_t elements, size_t size) {
    if (instructions() < Instructions::avx2) return 0;
    if (size == 1) return untranspose_bytes_avx2(input, output, elements);
    if (size == 2) return untranspose_pairs_avx2(input, output, elements);
    return untranspose_strided_avx2(input, output, elements, size);
}

#else

size_t transpose_vectors(const uint8_t *, uint8_t *, size_t, size_t) { return 0; }
size_t untranspose_vectors(const uint8_t *, uint8_t *, size_t, size_t) { return 0; }

#endif

}  // namespace

void bitshuffle_block(const uint8_t *input, uint8_t *output, size_t elements, size_t element_size) {
    const size_t done = transpose_vectors(input, output, elements, element_size);
    for (size_t byte = 0; byte < element_size; ++byte) {
        transpose_groups(input, output, elements, element_size, byte, done);
    }
}

void bitunshuffle_block(const uint8_t *input, uint8_t *output, size_t elements, size_t element_size) {
    const size_t done = untranspose_vectors(input, output, elements, element_size);
    for (size_t byte = 0; byte < element_size; ++byte) {
        untranspose_groups(input, output, elements, element_size, byte, done);
    }
}

}  // namespace camserver
