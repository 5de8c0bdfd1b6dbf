/**
 * What a viewer shows of an image: the distribution of its values, and the image reduced to the size of a screen. Both work on
 * another thread; neither the image nor the results may be written to meanwhile.
 */
import { loadAddon } from '../common/addon.js';
import type { TypedArray } from '../common/dtype.js';
import type { Image } from './kernels.js';
import type { PlaneKernels } from './plane-kernels.js';
import { referencePlaneKernels } from './reference/plane.js';

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
