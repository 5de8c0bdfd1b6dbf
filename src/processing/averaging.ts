/**
 * Means over images. The caller owns the state, one per instance, and gives it the images in their order.
 * Integer images give float64, float32 images float32 (also summed in it), as NumPy has it.
 */
import { allocateElements, elementTypeOf, type NumericType } from '../common/dtype.js';
import type { Image, Kernels } from './kernels.js';
import { allocateImage, viewOf } from './views.js';

type Sum = Float32Array | Float64Array;

/** The element type of a mean. */
export function averageType(type: NumericType): 'float32' | 'float64' {
  return type === 'float32' ? 'float32' : 'float64';
}

/** The mean of the last images, also while there are fewer. Keeps a copy of each. */
export class RunningMean {
  #images: Image[] = [];

  /**
   * @param count how many images the mean covers at most
   * @returns null when the image differs from those before in shape or type: it is the first of a new series then
   */
  push(kernels: Kernels, image: Image, count: number): Image | null {
    const [first] = this.#images;
    const isNewSeries = first !== undefined && !isAlike(first, image);
    if (isNewSeries) this.#images = [];
    this.#images.push(copy(kernels, image));
    this.#images.splice(0, Math.max(0, this.#images.length - count));
    return isNewSeries ? null : mean(kernels, this.#images);
  }

  /** Forgets the images. */
  clear(): void {
    this.#images = [];
  }
}

/** Averaging of the received images, before they are prepared (`averaging`). */
export class EarlyAverage {
  readonly #running = new RunningMean();
  #sum: Sum | null = null;
  #shape: readonly number[] = [];
  #type: NumericType = 'uint16';
  #count = 0;

  /**
   * @param count above 0: one mean per `count` images; below 0: the mean of the last images for each; 0: the image as it is
   * @returns null while images are collected, and for an image whose shape or type differs from those before
   */
  push(kernels: Kernels, image: Image, count: number): Image | null {
    if (count <= 0) this.#sum = null;
    if (count >= 0) this.#running.clear();
    if (count === 0) return image;
    return count > 0 ? this.collect(kernels, image, count) : this.runningMean(kernels, image, -count);
  }

  /** Forgets what was collected. */
  clear(): void {
    this.#sum = null;
    this.#running.clear();
  }

  private collect(kernels: Kernels, image: Image, count: number): Image | null {
    const [rows, columns] = image.shape;
    const type = elementTypeOf(image.data);
    if (this.#sum === null) {
      this.#sum = allocateElements(averageType(type), rows * columns) as Sum;
      this.#shape = image.shape;
      this.#type = type;
      this.#count = 0;
    } else if (!hasShape(image, this.#shape) || type !== this.#type) {
      this.#sum = null;
      return null;
    }
    kernels.accumulate(this.#sum, image);
    this.#count += 1;
    if (this.#count < count) return null;
    const sum = this.#sum;
    this.#sum = null;
    return viewOf(divide(sum, this.#count), rows, columns);
  }

  private runningMean(kernels: Kernels, image: Image, count: number): Image | null {
    const result = this.#running.push(kernels, image, count);
    if (result === null) this.#running.clear();
    return result;
  }
}

function copy(kernels: Kernels, image: Image): Image {
  const [rows, columns] = image.shape;
  const target = allocateImage(elementTypeOf(image.data), rows, columns);
  kernels.pass(image, { destination: target.data, statistics: false });
  return target;
}

function mean(kernels: Kernels, images: readonly Image[]): Image {
  const [rows, columns] = images[0].shape;
  const sum = allocateElements(averageType(elementTypeOf(images[0].data)), rows * columns) as Sum;
  for (const image of images) kernels.accumulate(sum, image);
  return viewOf(divide(sum, images.length), rows, columns);
}

function divide(sum: Sum, count: number): Sum {
  if (count > 1) for (let index = 0; index < sum.length; index += 1) sum[index] /= count;
  return sum;
}

function isAlike(left: Image, right: Image): boolean {
  return hasShape(left, right.shape) && elementTypeOf(left.data) === elementTypeOf(right.data);
}

function hasShape(image: Image, shape: readonly number[]): boolean {
  return image.shape[0] === shape[0] && image.shape[1] === shape[1];
}
