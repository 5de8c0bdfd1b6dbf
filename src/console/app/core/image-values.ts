/** What the values of one image say: which of them to show, and whether there is a beam in it. */
import type { NpyImage } from './npy.js';

export interface ValueRange {
  readonly low: number;
  readonly high: number;
}

/** @param full true: smallest to largest; false: without the 0.1 % that are darkest and brightest */
export function rangeOf({ data }: NpyImage, full: boolean): ValueRange {
  const sorted = Float64Array.from(data).filter(Number.isFinite).sort();
  if (sorted.length === 0) return { low: 0, high: 1 };
  const cut = full ? 0 : Math.floor(sorted.length / 1000);
  return { low: sorted[cut]!, high: sorted[sorted.length - 1 - cut]! };
}

/** Points on each side that are averaged. */
const REACH = 2;
/** Spreads of the averaged profile by which a beam stands out. */
const PROMINENCE = 6;
/** Points that must stand out side by side: one bright pixel makes as many as are averaged. */
const WIDTH = 2 * REACH + 3;

/** Where a peak like that of a beam stands out of both profiles; null when none does. */
export function beamPeak({ data, shape }: NpyImage): { x: number; y: number } | null {
  const [height = 0, width = 0] = shape;
  const columns = new Float64Array(width);
  const rows = new Float64Array(height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const value = data[y * width + x]!;
      columns[x]! += value;
      rows[y]! += value;
    }
  }
  const [x, y] = [prominentPeak(columns), prominentPeak(rows)];
  return x === null || y === null ? null : { x, y };
}

function prominentPeak(raw: Float64Array): number | null {
  if (raw.length < 4 * WIDTH) return null;
  const profile = raw.map((_, index) => {
    const near = raw.subarray(Math.max(0, index - REACH), index + REACH + 1);
    return near.reduce((sum, value) => sum + value, 0) / near.length;
  });
  const middle = medianOf(profile);
  const spread = 1.4826 * medianOf(profile.map((value) => Math.abs(value - middle)));
  const limit = middle + PROMINENCE * Math.max(spread, Math.abs(middle) * 1e-6);
  let run = 0;
  let isProminent = false;
  let peak = 0;
  for (const [index, value] of profile.entries()) {
    run = value > limit ? run + 1 : 0;
    isProminent ||= run >= WIDTH;
    if (value > profile[peak]!) peak = index;
  }
  return isProminent ? peak : null;
}

function medianOf(values: Float64Array): number {
  return values.slice().sort()[Math.floor(values.length / 2)] ?? 0;
}
