/**
 * Slices of an image: strips across one direction, each fitted along the other, and the straight line through their centres.
 */
import { CamServerError } from '../common/errors.js';
import type { Image, Kernels } from './kernels.js';
import { type Axis, findIndex, fitProfile, toDoubles } from './profiles.js';
import { crop } from './views.js';

export interface SliceBorders {
  /** Ascending indices; a slice lies between two neighbours, the second excluded. Empty when the middle slice has no room. */
  readonly borders: readonly number[];
  /** Half the width of a slice in pixels, at least 1. */
  readonly halfWidth: number;
  /** Width in units of the axis; null when there are no slices. */
  readonly length: number | null;
}

export interface SliceOptions {
  /** Centre and sigma of the fit along the axis that is cut. */
  readonly center: number;
  readonly sigma: number;
  /** All slices together cover `scale` sigma. */
  readonly scale: number;
  /** Odd. */
  readonly count: number;
}

/**
 * Divides an axis into slices around the centre; those that do not fit at either end are left out in pairs.
 * @throws CamServerError `INVALID_CONFIGURATION` for an even number
 */
export function calculateSlices(axis: Axis, { center, sigma, scale, count }: SliceOptions): SliceBorders {
  if (count % 2 === 0) throw new CamServerError('INVALID_CONFIGURATION', 'Number of slices must be odd.');
  const middle = findIndex(axis, center);
  const edge = findIndex(axis, center + (scale * sigma) / count / 2);
  const halfWidth = Math.max(1, Math.abs(edge - middle));
  let first = middle - halfWidth;
  let last = middle + halfWidth;
  // an index below 0 means that the centre is not a number
  if (middle < 0 || edge < 0 || first < 0 || last >= axis.length)
    return { borders: [], halfWidth, length: null };
  const borders = [first, last];
  const length = Math.abs(axis[first] - axis[last]);
  for (let pair = 1; pair <= (count - 1) / 2; pair += 1) {
    first -= 2 * halfWidth;
    last += 2 * halfWidth;
    if (first < 0 || last >= axis.length) break;
    borders.unshift(first);
    borders.push(last);
  }
  return { borders, halfWidth, length: axis instanceof Float32Array ? Math.fround(length) : length };
}

export interface Slice {
  readonly centerX: number;
  readonly centerY: number;
  /** Of the fit along the slice. */
  readonly sigma: number;
  /** Sum of the pixels. */
  readonly intensity: number;
}

export interface Slices {
  readonly length: number | null;
  readonly slices: readonly Slice[];
}

/**
 * Measures slices: `x` cuts columns and fits along y, `y` cuts rows and fits along x.
 * @param axes as long as the image has columns (x) and rows (y)
 */
export function measureSlices(
  kernels: Kernels,
  image: Image,
  axes: { readonly x: Axis; readonly y: Axis },
  direction: 'x' | 'y',
  options: SliceOptions,
): Slices {
  const [rows, columns] = image.shape;
  const { borders, halfWidth, length } = calculateSlices(axes[direction], options);
  const slices: Slice[] = [];
  for (let index = 0; index + 1 < borders.length; index += 1) {
    const [from, to] = [borders[index], borders[index + 1]];
    const strip = direction === 'x' ? crop(image, from, to, 0, rows) : crop(image, 0, columns, from, to);
    const sums = kernels.pass(strip)!;
    const position = axes[direction][from + halfWidth];
    const along = direction === 'x' ? sums.yProfile : sums.xProfile;
    const fit = fitProfile(kernels, toDoubles(along), axes[direction === 'x' ? 'y' : 'x']);
    slices.push({
      centerX: direction === 'x' ? position : fit.center,
      centerY: direction === 'x' ? fit.center : position,
      sigma: fit.sigma,
      intensity: Number(sums.intensity),
    });
  }
  return { length, slices };
}
