// Frames of the simulated camera.
#pragma once

#include <cstddef>
#include <cstdint>

namespace camserver {

constexpr size_t kNoiseLanes = 16;

// destination[r][c] = min(columns[c] * rows[r] / 2^16 + noise, 58981), noise uniform in 0..6553: a Gaussian spot given by
// its two factors, as fractions of 65536, on a floor of noise. `state` holds kNoiseLanes generators (xorshift32, never
// zero) and is advanced. Integer arithmetic throughout, so that every instruction set gives the same pixels.
void simulate_beam(const uint16_t* columns, size_t width, const uint16_t* rows, size_t height, uint32_t* state,
                   uint16_t* destination);

}  // namespace camserver
