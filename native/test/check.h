// The least that a test needs: a check that says where it failed, and a count.
#pragma once

#include <cstdint>
#include <cstdio>
#include <vector>

inline int failures = 0;
inline int checks = 0;

#define CHECK(condition)                                                        \
    do {                                                                        \
        ++checks;                                                               \
        if (!(condition)) {                                                     \
            ++failures;                                                         \
            std::printf("%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
        }                                                                       \
    } while (false)

// Small and repeatable: xorshift32.
inline uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

// Memory of exactly the size, so that the sanitizer sees the first byte beyond.
inline std::vector<uint8_t> random_bytes(size_t size, uint32_t *state, uint32_t mask) {
    std::vector<uint8_t> bytes(size);
    for (auto &byte : bytes) byte = static_cast<uint8_t>(next_random(state) & mask);
    bytes.shrink_to_fit();
    return bytes;
}
