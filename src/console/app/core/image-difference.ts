/** What distinguishes two images of one size. */
import type { NpyImage } from './npy.js';

export interface ImageDifference {
  readonly width: number;
  readonly height: number;
  /** First minus second, row by row. */
  readonly values: Float32Array;
  readonly mean: number;
  /** The largest distance from 0. */
  readonly largest: number;
}

/** @throws Error when their shapes differ, with both */
export function differenceOf(first: NpyImage, second: NpyImage): ImageDifference {
  const [height = 0, width = 0] = first.shape;
  if (first.shape.length !== 2 || first.shape.join() !== second.shape.join()) {
    throw new Error(
      `Images of different shapes have no difference: (${first.shape.join(', ')}) and (${second.shape.join(', ')}).`,
    );
  }
  const values = new Float32Array(width * height);
  let sum = 0;
  let largest = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = first.data[index]! - second.data[index]!;
    values[index] = value;
    sum += value;
    largest = Math.max(largest, Math.abs(value));
  }
  return { width, height, values, mean: values.length === 0 ? 0 : sum / values.length, largest };
}
