/** The kernels for viewers in plain TypeScript: the twin of `native/kernels/plane.cc`. They answer at once. */
import { elementSize, elementTypeOf, type NumericType } from '../../common/dtype.js';
import type { Image } from '../kernels.js';
import type { Distribution, PlaneKernels, PlaneOptions } from '../plane-kernels.js';

const EVERY_VALUE = 65_536;

/** See `PlaneKernels`. */
export const referencePlaneKernels: PlaneKernels = {
  async measure(image, counts) {
    counts.fill(0);
    const lowest = lowestSmallInteger(elementTypeOf(image.data));
    return lowest !== null && counts.length === EVERY_VALUE
      ? measureEachValue(image, counts, lowest)
      : measureRange(image, counts);
  },

  async reduce(image, options, plane) {
    const { factor } = options;
    const [rows, columns] = image.shape;
    const limit = plane instanceof Uint8Array ? 255 : 65_535;
    let index = 0;
    for (let top = 0; top < rows; top += factor) {
      for (let left = 0; left < columns; left += factor) {
        const value = (reduceBlock(image, top, left, options) - options.low) * options.scale;
        plane[index] = value > 0 ? Math.min(value + 0.5, limit) : 0;
        index += 1;
      }
    }
  },
};

function measureEachValue(image: Image, counts: Uint32Array, lowest: number): Distribution {
  forEachPixel(image, (value) => {
    counts[value - lowest]! += 1;
  });
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  return {
    low: lowest,
    scale: 1,
    minimum: first < 0 ? Infinity : lowest + first,
    maximum: last < 0 ? -Infinity : lowest + last,
    notFinite: 0,
  };
}

function measureRange(image: Image, counts: Uint32Array): Distribution {
  let minimum = Infinity;
  let maximum = -Infinity;
  let notFinite = 0;
  forEachPixel(image, (value) => {
    if (!Number.isFinite(value)) notFinite += 1;
    else if (value < minimum) minimum = value;
    if (Number.isFinite(value) && value > maximum) maximum = value;
  });
  if (minimum > maximum) return { low: 0, scale: 0, minimum, maximum, notFinite };
  const width = maximum - minimum;
  // the largest value falls into the last bin, not behind it
  let scale = width > 0 ? (counts.length * (1 - 1e-12)) / width : 1;
  if (!Number.isFinite(scale) || !Number.isFinite(width)) scale = 0;
  forEachPixel(image, (value) => {
    if (!Number.isFinite(value)) return;
    counts[Math.min(counts.length - 1, Math.trunc((value - minimum) * scale))]! += 1;
  });
  return { low: minimum, scale, minimum, maximum, notFinite };
}

function reduceBlock(image: Image, top: number, left: number, { factor, peak }: PlaneOptions): number {
  const { data, offset, stride } = image;
  const [rows, columns] = image.shape;
  const bottom = Math.min(rows, top + factor);
  const right = Math.min(columns, left + factor);
  let result = peak ? Number(data[offset + top * stride[0] + left * stride[1]]!) : 0;
  for (let row = top; row < bottom; row += 1) {
    for (let column = left; column < right; column += 1) {
      const pixel = Number(data[offset + row * stride[0] + column * stride[1]]!);
      if (!peak) result += pixel;
      else if (pixel > result) result = pixel;
    }
  }
  return peak ? result : result / ((bottom - top) * (right - left));
}

function forEachPixel({ data, offset, shape, stride }: Image, visit: (value: number) => void): void {
  for (let row = 0; row < shape[0]; row += 1) {
    const start = offset + row * stride[0];
    for (let column = 0; column < shape[1]; column += 1) visit(Number(data[start + column * stride[1]]!));
  }
}

function lowestSmallInteger(type: NumericType): number | null {
  if (type.startsWith('float') || elementSize(type) > 2) return null;
  return type.startsWith('u') ? 0 : -(2 ** (8 * elementSize(type) - 1));
}
