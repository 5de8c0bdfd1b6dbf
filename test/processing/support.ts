/** What the tests of this room share. */
import type { NumericType } from '../../src/common/dtype.js';
import type { ArrayValue, ArrayView } from '../../src/common/values.js';
import type { Image, Kernels } from '../../src/processing/kernels.js';
import { nativeKernels } from '../../src/processing/native.js';
import { referenceKernels } from '../../src/processing/reference/index.js';
import { imageOf, viewOf } from '../../src/processing/views.js';
import { type VectorCase, vectorArray } from '../support/vectors.js';

/** Each numeric test runs over all of them. With `CAMSERVER_NO_ADDON=1` there is only one, which also serves as the default. */
export const implementations: readonly Kernels[] = findImplementations();

function findImplementations(): Kernels[] {
  if (process.env.CAMSERVER_NO_ADDON === '1') return [referenceKernels];
  if (nativeKernels === null) throw new Error('The addon is not built: run npm run setup');
  return [referenceKernels, nativeKernels];
}

/** The input frames of a vector, as images. */
export function inputFrames(entry: VectorCase): Image[] {
  const frames = entry.inputs.frames as unknown as { file: string }[];
  return frames.map(({ file }) => imageOf(vectorArray(file)));
}

export function uint16Image(value: ArrayValue): ArrayView<Uint16Array> {
  return imageOf(value) as ArrayView<Uint16Array>;
}

/** W 24, H 20: `3600 div (4 + (x-11)² + 3(y-8)²) + (7x+13y) mod 5`. */
export function referenceImage(): Image {
  const pixels = new Uint16Array(24 * 20);
  for (let y = 0; y < 20; y += 1) {
    for (let x = 0; x < 24; x += 1) {
      const peak = Math.floor(3600 / (4 + (x - 11) ** 2 + 3 * (y - 8) ** 2));
      pixels[24 * y + x] = peak + ((7 * x + 13 * y) % 5);
    }
  }
  return viewOf(pixels, 20, 24);
}

export const pixelAxis = (length: number): Float32Array => Float32Array.from({ length }, (_, index) => index);

export const IMAGE_TYPES: readonly NumericType[] = [
  'uint8',
  'uint16',
  'uint32',
  'int8',
  'int16',
  'int32',
  'float32',
  'float64',
];
