/**
 * The pixels of the simulated camera, in C++ and in plain TypeScript. Both give the same pixels for the same state.
 */
import { loadAddon } from '../../common/addon.js';

/** Generators of noise that run side by side. */
const LANES = 16;
const BRIGHTEST = 58_981; // 0.9 of 65535
const NOISE_AMPLITUDE = 6_554; // 0.1 of 65535

/**
 * `destination[row, column] = min(columns[column] * rows[row] / 65536 + noise, 58981)`, noise uniform in 0..6553.
 * @param columns one factor of the spot per column, as fractions of 65536
 * @param rows the other factor, one per row
 * @param state from `noiseState`; advanced
 * @param destination row-major, one element per pixel
 */
export type SimulateBeam = (
  columns: Uint16Array,
  rows: Uint16Array,
  state: Uint32Array,
  destination: Uint16Array,
) => void;

export const simulateBeamReference: SimulateBeam = (columns, rows, state, destination) => {
  const width = columns.length;
  const noise = new Uint16Array(2 * LANES);
  let position = 0;
  for (const factor of rows) {
    for (let start = 0; start < width; start += 2 * LANES) {
      drawNoise(state, noise);
      const count = Math.min(2 * LANES, width - start);
      for (let i = 0; i < count; i += 1) {
        const beam = Math.imul(columns[start + i]!, factor) >>> 16;
        destination[position] = Math.min(beam + noise[i]!, BRIGHTEST);
        position += 1;
      }
    }
  }
};

/** The C++ function, or null when the addon is not there. */
export const simulateBeamNative: SimulateBeam | null =
  loadAddon<{ simulateBeam: SimulateBeam }>().addon?.simulateBeam ?? null;

export const simulateBeam: SimulateBeam = simulateBeamNative ?? simulateBeamReference;

/** A state of the noise generators; the same seed gives the same pixels. */
export function noiseState(seed: number): Uint32Array {
  const state = new Uint32Array(LANES);
  for (let lane = 0; lane < LANES; lane += 1) state[lane] = scramble(seed + lane) || 1;
  return state;
}

/** One xorshift32 step per lane; the low halves make the first 16 values, the high halves the others. */
function drawNoise(state: Uint32Array, noise: Uint16Array): void {
  for (let lane = 0; lane < LANES; lane += 1) {
    let bits = state[lane]!;
    bits ^= bits << 13;
    bits ^= bits >>> 17;
    bits ^= bits << 5;
    state[lane] = bits;
    noise[lane] = ((bits & 0xffff) * NOISE_AMPLITUDE) >>> 16;
    noise[LANES + lane] = ((bits >>> 16) * NOISE_AMPLITUDE) >>> 16;
  }
}

/** The finaliser of MurmurHash3: neighbouring seeds give unrelated states. */
function scramble(value: number): number {
  let hash = (value + 0x9e3779b9) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
