#include "kernels/simulation.h"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define CAMSERVER_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define CAMSERVER_CLONES
#endif

namespace camserver {
namespace {

constexpr uint32_t kBrightest = 58981;     // 0.9 of 65535
constexpr uint32_t kNoiseAmplitude = 6554;  // 0.1 of 65535
constexpr size_t kBlock = 2 * kNoiseLanes;

}  // namespace

CAMSERVER_CLONES
void simulate_beam(const uint16_t* columns, size_t width, const uint16_t* rows, size_t height, uint32_t* state,
                   uint16_t* destination) {
    uint32_t lanes[kNoiseLanes];
    std::memcpy(lanes, state, sizeof(lanes));
    for (size_t row = 0; row < height; ++row) {
        const uint32_t factor = rows[row];
        uint16_t* line = destination + row * width;
        for (size_t start = 0; start < width; start += kBlock) {
            uint16_t noise[kBlock];
            for (size_t lane = 0; lane < kNoiseLanes; ++lane) {
                uint32_t bits = lanes[lane];
                bits ^= bits << 13;
                bits ^= bits >> 17;
                bits ^= bits << 5;
                lanes[lane] = bits;
                noise[lane] = static_cast<uint16_t>((bits & 0xffff) * kNoiseAmplitude >> 16);
                noise[kNoiseLanes + lane] = static_cast<uint16_t>((bits >> 16) * kNoiseAmplitude >> 16);
            }
            const size_t count = std::min(kBlock, width - start);
            for (size_t i = 0; i < count; ++i) {
                const uint32_t beam = columns[start + i] * factor >> 16;
                line[start + i] = static_cast<uint16_t>(std::min(beam + noise[i], kBrightest));
            }
        }
    }
    std::memcpy(state, lanes, sizeof(lanes));
}

}  // namespace camserver
