/** Quantities of one profile: fit, centre of mass, widths, regions (`docs/processing.md`). */
import type { Axis, GaussianParameters, Kernels, Profile } from './kernels.js';

export type { Axis };

/** A fitted profile. */
export interface ProfileFit extends GaussianParameters {
  /** The model on the axis, in the axis's element type. */
  readonly gaussFunction: Axis;
}

const WORD = 2 ** 32;

/**
 * Profiles as doubles, rounded to the nearest beyond 2^53. 64-bit integers are read as pairs of words (the low one first, as all
 * processors that Node runs on have them), because a bigint per element would cost more than the fit.
 */
export function toDoubles(values: Profile | BigUint64Array): Float64Array {
  if (values instanceof Float64Array) return values;
  if (values instanceof Float32Array) return new Float64Array(values);
  const doubles = new Float64Array(values.length);
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  const isSigned = values instanceof BigInt64Array;
  for (let i = 0; i < doubles.length; i += 1) {
    const high = words[2 * i + 1];
    doubles[i] = (isSigned ? high | 0 : high) * WORD + words[2 * i];
  }
  return doubles;
}

/**
 * Fits a Gaussian; sigma is positive.
 * @throws Error `Invalid axis passed <axis length> <profile length>`
 */
export function fitProfile(kernels: Kernels, profile: Profile | BigUint64Array, axis: Axis): ProfileFit {
  if (axis.length !== profile.length) throw new Error(`Invalid axis passed ${axis.length} ${profile.length}`);
  const { parameters } = kernels.gaussianFit(profile, axis);
  const fit = { ...parameters, sigma: Math.abs(parameters.sigma) };
  return { ...fit, gaussFunction: kernels.gaussian(axis, fit) };
}

/**
 * Centre of mass and root mean square of a profile above its offset: normalised by the full sum, points beyond 5 sigma
 * removed afterwards, no normalisation again.
 * @param removeOutliers false: of the profile as it is, with its offset and all points
 */
export function centerOfMass(
  profile: Profile,
  axis: Axis,
  fit: GaussianParameters,
  removeOutliers = true,
): { centerOfMass: number; rms: number } {
  const weights = new Float64Array(toDoubles(profile));
  const offset = removeOutliers ? fit.offset : 0;
  const reach = removeOutliers ? 5 * fit.sigma : Number.POSITIVE_INFINITY;
  let total = 0;
  for (let i = 0; i < weights.length; i += 1) {
    weights[i] -= offset;
    total += weights[i];
  }
  for (let i = 0; i < weights.length; i += 1) {
    if (total !== 0) weights[i] /= total;
    if (Math.abs(axis[i] - fit.center) > reach) weights[i] = 0;
  }
  let mean = 0;
  for (let i = 0; i < weights.length; i += 1) mean += axis[i] * weights[i];
  let variance = 0;
  for (let i = 0; i < weights.length; i += 1) variance += (axis[i] - mean) ** 2 * weights[i];
  return { centerOfMass: mean, rms: Math.sqrt(Math.abs(variance)) };
}

interface Peak {
  readonly minimum: number;
  readonly maximum: number;
  /** First position of the maximum. */
  readonly index: number;
}

function peakOf(values: Float64Array): Peak {
  let minimum = values[0];
  let index = 0;
  for (let i = 0; i < values.length; i += 1) {
    if (values[i] < minimum || Number.isNaN(values[i])) minimum = values[i];
    if (values[i] > values[index]) index = i;
  }
  return { minimum, maximum: values[index], index };
}

/**
 * Full width at a fraction of the height above the minimum, by linear extrapolation at both sides. NaN for a flat profile,
 * infinite for a flat shoulder, 0 for one point.
 * @param interpolate false: between the first points at or below the level
 */
export function fullWidth(
  axis: Axis,
  profile: Profile | Float64Array,
  threshold = 0.5,
  interpolate = true,
): number {
  const p = toDoubles(profile);
  const n = p.length;
  if (n === 1) return 0;
  const { minimum, maximum, index } = peakOf(p);
  const height = (maximum - minimum) * threshold;
  let left = 0;
  for (let i = index - 1; i >= 1; i -= 1) {
    if (p[i] - minimum <= height) {
      left = i;
      break;
    }
  }
  let right = n - 1;
  for (let i = index + 1; i < n; i += 1) {
    if (p[i] - minimum <= height) {
      right = i;
      break;
    }
  }
  if (!interpolate) return Math.abs(axis[right] - axis[left]);
  const risingSlope = (p[left + 1] - p[left]) / (axis[left + 1] - axis[left]);
  const fallingSlope = (p[right] - p[right - 1]) / (axis[right] - axis[right - 1]);
  const leftEdge = axis[left] + (minimum + height - p[left]) / risingSlope;
  const rightEdge = axis[right] + (minimum + height - p[right]) / fallingSlope;
  return Math.abs(rightEdge - leftEdge);
}

/** First and last index of the part around the peak, widened by `scale`; index 0 is never tested. */
export function goodRegion(profile: Profile, threshold: number, scale: number): [start: number, end: number] {
  const p = toDoubles(profile);
  const { minimum, maximum, index } = peakOf(p);
  const level = (maximum - minimum) * threshold + minimum;
  let start = index;
  for (let i = index; i >= 1; i -= 1) {
    if (p[i] < level) {
      start = i;
      break;
    }
  }
  let end = index;
  for (let i = index; i < p.length; i += 1) {
    if (i >= 1 && p[i] < level) {
      end = i;
      break;
    }
  }
  const extension = (end - start) * scale - (end - start);
  return [
    Math.trunc(Math.max(start - extension / 2, 0)),
    Math.trunc(Math.min(end + extension / 2, p.length - 1)),
  ];
}

/** Index of a value on a monotonic axis: at or below it, limited to the axis. */
export function findIndex(axis: Axis, value: number): number {
  const last = axis.length - 1;
  if (axis[0] > axis[last]) {
    if (value > axis[0]) return 0;
    return value < axis[last] ? last : axis.findIndex((x) => x <= value);
  }
  if (value < axis[0]) return 0;
  return value > axis[last] ? last : axis.findLastIndex((x) => x <= value);
}
