/**
 * What preparation does to the axes: binned first, then mirrored and turned with the image, so that the same end is cut as of
 * the image.
 */
import { allocateElements, elementTypeOf, type TypedArray } from '../common/dtype.js';
import type { Preparation, RegionLimits } from './preparation.js';
import type { Axis } from './profiles.js';

export interface Axes {
  /** One value per column. */
  readonly x: Axis;
  /** One value per row. */
  readonly y: Axis;
}

/**
 * The axes of the prepared image; without anything to do the given ones.
 * @param region cut out at the end, in pixels of the turned image
 */
export function prepareAxes(axes: Axes, preparation: Preparation, region: RegionLimits | null): Axes {
  const { binningX, binningY, mirrorX, mirrorY, rotation } = preparation;
  const x = mirrored(binAxis(axes.x, binningX), mirrorX);
  const y = mirrored(binAxis(axes.y, binningY), mirrorY);
  const turned = turn({ x, y }, rotation?.kind === 'ortho' ? rotation.turns : 0);
  if (region === null) return turned;
  const { left, right, top, bottom } = region;
  return { x: turned.x.subarray(left, right), y: turned.y.subarray(top, bottom) };
}

/** Means of `size` neighbours each, in the type of the axis; what is left at the end is dropped. */
export function binAxis<T extends TypedArray>(axis: T, size: number): T {
  if (size <= 1) return axis;
  const length = Math.floor(axis.length / size);
  const binned = allocateElements(elementTypeOf(axis), length);
  const isWide = binned instanceof BigInt64Array || binned instanceof BigUint64Array;
  const target = binned as Float64Array;
  for (let index = 0; index < length; index += 1) {
    let sum = 0;
    for (let within = 0; within < size; within += 1) sum += Number(axis[index * size + within]);
    target[index] = (isWide ? BigInt(Math.trunc(sum / size)) : sum / size) as number;
  }
  return binned as T;
}

function mirrored(axis: Axis, isMirrored: boolean): Axis {
  return isMirrored ? axis.toReversed() : axis;
}

function turn({ x, y }: Axes, turns: number): Axes {
  if (turns === 1) return { x: y, y: x.toReversed() };
  if (turns === 2) return { x: x.toReversed(), y: y.toReversed() };
  if (turns === 3) return { x: y.toReversed(), y: x };
  return { x, y };
}
