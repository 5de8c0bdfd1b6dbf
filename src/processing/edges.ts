/**
 * Edges in profiles, for spectral encoding of photon arrival times: where a profile falls or rises most like a step, found by
 * cross-correlation with that step. The method is the one that gives the recorded values of the kind `psen_find_edge`.
 */
import { CamServerError } from '../common/errors.js';

export interface EdgeOptions {
  /** Points of the step, half of them before its edge; 50 by default. */
  readonly stepLength?: number;
  /** `falling` by default. */
  readonly edgeType?: 'falling' | 'rising';
  /** Distance of the positions that are tried, in points of the signal; 1 by default. */
  readonly refinement?: number;
}

export interface Edges {
  /** One per signal, in points from its first one. */
  readonly positions: Float64Array;
  /** Correlation with the step at that position, one per signal. */
  readonly amplitudes: Float64Array;
}

/**
 * One edge per signal; of several equally good positions the first. A signal with a NaN gives NaN.
 * @param signals of any length each; untouched
 * @throws CamServerError `INVALID_OPTION` for options out of range, `TOO_NARROW` for a signal that is shorter than the step
 */
export function findEdges(signals: readonly ArrayLike<number>[], options: EdgeOptions = {}): Edges {
  const { stepLength = 50, edgeType = 'falling', refinement = 1 } = options;
  if (!Number.isInteger(stepLength) || stepLength < 2) {
    throw invalid('stepLength', stepLength, 'a whole number of at least 2');
  }
  if (edgeType !== 'falling' && edgeType !== 'rising') {
    throw invalid('edgeType', edgeType, "'falling' or 'rising'");
  }
  if (!(refinement > 0 && refinement <= 1)) {
    throw invalid('refinement', refinement, 'a number above 0 and up to 1');
  }
  const half = Math.floor(stepLength / 2);
  const before = edgeType === 'falling' ? 1 : -1;
  const step = resample(
    Float64Array.from({ length: stepLength }, (_, index) => (index < half ? before : -before)),
    refinement,
  );
  const positions = new Float64Array(signals.length);
  const amplitudes = new Float64Array(signals.length);
  for (const [row, signal] of signals.entries()) {
    if (signal.length < stepLength) {
      throw new CamServerError(
        'TOO_NARROW',
        `Signal ${row} has ${signal.length} points; edges are looked for with a step of ${stepLength}.`,
      );
    }
    const best = bestMatch(resample(signal, refinement), step);
    positions[row] = best.at * refinement + half;
    amplitudes[row] = best.amplitude;
  }
  return { positions, amplitudes };
}

/** By linear interpolation, at 0, `distance`, 2 · `distance` and so on, before the last point. */
function resample(values: ArrayLike<number>, distance: number): Float64Array {
  const last = values.length - 1;
  return Float64Array.from({ length: Math.ceil(last / distance) }, (_, index) => {
    const position = index * distance;
    const left = Math.floor(position);
    return values[left] + (position - left) * (values[Math.min(left + 1, last)] - values[left]);
  });
}

/** The first place of `step` within `signal` where the sum of products is largest. */
function bestMatch(signal: Float64Array, step: Float64Array): { at: number; amplitude: number } {
  let at = 0;
  let amplitude = Number.NEGATIVE_INFINITY;
  for (let start = 0; start <= signal.length - step.length; start += 1) {
    let sum = 0;
    for (let index = 0; index < step.length; index += 1) sum += signal[start + index] * step[index];
    if (Number.isNaN(sum)) return { at: Number.NaN, amplitude: Number.NaN };
    if (sum > amplitude) {
      at = start;
      amplitude = sum;
    }
  }
  return { at, amplitude };
}

function invalid(name: string, value: unknown, allowed: string): CamServerError {
  return new CamServerError('INVALID_OPTION', `${name} is ${JSON.stringify(value)}; it must be ${allowed}.`);
}
