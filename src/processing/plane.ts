/**
 * What a viewer shows of an image: the distribution of its values, and the image reduced to the size of a screen. Both work on
 * another thread; neither the image nor the results may be written to meanwhile.
 */
import { loadAddon } from '../common/addon.js';
import type { TypedArray } from '../common/dtype.js';
import type { Image } from './kernels.js';
import { referencePlaneKernels } from './reference/plane.js';

/** The bin of `value` is `trunc((value - low) * scale)`. */
export interface Distribution {
  readonly low: number;
  readonly scale: number;
  /** Of the finite values; +∞ and -∞ when there is none. */
  readonly minimum: number;
  readonly maximum: number;
  /** Number of pixels that are not finite; they are in no bin. */
  readonly notFinite: number;
}

export interface PlaneOptions {
  /** Blocks of factor × factor pixels become one element; those at the right and lower edge may be smaller. */
  readonly factor: number;
  /** The largest pixel of each block instead of the mean. */
  readonly peak: boolean;
  /** Elements are `(value - low) * scale`, rounded and limited to their type; not a number becomes 0. */
  readonly low: number;
  readonly scale: number;
}

export interface PlaneKernels {
  /**
   * Counts the pixels in `counts.length` equal bins. For integers of at most 16 bits and 65536 bins each value has its own
   * bin, beginning with the lowest of the type; else the bins span minimum to maximum.
   */
  measure(image: Image, counts: Uint32Array): Promise<Distribution>;
  /** @param plane at least `ceil(rows / factor) * ceil(columns / factor)` elements, row-major */
  reduce(image: Image, options: PlaneOptions, plane: Uint8Array | Uint16Array): Promise<void>;
}

type View = [TypedArray, number, number, number, number, number];

interface Addon {
  measure(...args: [...View, Uint32Array]): Promise<[number, number, number, number, number]>;
  reduceToPlane(
    ...args: [
      ...View,
      factor: number,
      peak: boolean,
      low: number,
      scale: number,
      plane: Uint8Array | Uint16Array,
    ]
  ): Promise<void>;
}

const { addon } = loadAddon<Addon>();

function view({ data, offset, shape, stride }: Image): View {
  return [data, offset, shape[0], shape[1], stride[0], stride[1]];
}

function native(functions: Addon): PlaneKernels {
  return {
    async measure(image, counts) {
      const [low, scale, minimum, maximum, notFinite] = await functions.measure(...view(image), counts);
      return { low, scale, minimum, maximum, notFinite };
    },
    reduce: (image, { factor, peak, low, scale }, plane) =>
      functions.reduceToPlane(...view(image), factor, peak, low, scale, plane),
  };
}

/** Those of the addon; null without it. */
export const nativePlaneKernels: PlaneKernels | null = addon === null ? null : native(addon);

/** The best that there are. */
export const planeKernels: PlaneKernels = nativePlaneKernels ?? referencePlaneKernels;
