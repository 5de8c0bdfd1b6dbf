/**
 * From the raw image to the published one. Mirroring, rotation and region of interest only change how the pixels are read;
 * background and copy happen in one pass, and an image that stays as it is is not copied at all.
 */
import { elementTypeOf } from '../common/dtype.js';
import type { ArrayValue, ArrayView } from '../common/values.js';
import type { Image, Kernels } from '../processing/kernels.js';
import { allocateImage, crop, isContiguous, mirrorView, turnView } from '../processing/views.js';
import type { Region } from './geometry.js';
import type { GeometrySettings } from './geometry-settings.js';

export type TransformKernels = Pick<Kernels, 'bin' | 'pass'>;

/**
 * Applies binning, mirroring, rotation, region of interest and background, in this order.
 * @param region where the region of interest lies in the image after binning and rotation; clipped again at the border of
 *   this image, which may have another size than expected
 * @param background of the size of the region; left out when the image has another size
 * @returns row-major, either in new memory or the image itself
 */
export function transformImage(
  image: Image,
  settings: GeometrySettings,
  region: Region,
  background: ArrayView<Uint16Array> | null,
  kernels: TransformKernels,
): ArrayValue {
  const { binningX, binningY, binningMean } = settings;
  const binned = binningX > 1 || binningY > 1 ? kernels.bin(image, binningX, binningY, binningMean) : image;
  const turned = turnView(mirrorView(binned, settings.mirrorX, settings.mirrorY), settings.rotate);
  const view = settings.regionOfInterest === null ? turned : cropView(turned, region);
  const isFitting = background !== null && sameShape(background, view);
  const type = elementTypeOf(view.data);
  if (!isFitting && isContiguous(view)) return { type, data: view.data, shape: view.shape };
  const { data: destination, shape } = allocateImage(type, view.shape[0], view.shape[1]);
  kernels.pass(view, { background: isFitting ? background : null, destination, statistics: false });
  return { type, data: destination, shape };
}

function cropView(image: Image, { x, y, width, height }: Region): Image {
  const [rows, columns] = image.shape;
  return crop(image, x, Math.min(x + width, columns), y, Math.min(y + height, rows));
}

function sameShape(
  a: { readonly shape: readonly number[] },
  b: { readonly shape: readonly number[] },
): boolean {
  return a.shape[0] === b.shape[0] && a.shape[1] === b.shape[1];
}
