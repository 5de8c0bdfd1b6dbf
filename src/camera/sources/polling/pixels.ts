/**
 * Pixels as bytes of a message: row-major, in host byte order.
 */
import { type ElementType, elementSize, isElementType, viewElements } from '../../../common/dtype.js';
import { CamServerError } from '../../../common/errors.js';
import { floatsFromHalves } from '../../../common/half-float.js';
import type { Image } from '../../../processing/kernels.js';
import { viewOf } from '../../../processing/views.js';

/** Element types of NumPy that images may have. */
export type PixelType = ElementType | 'float16';

export function isPixelType(name: string): name is PixelType {
  return name === 'float16' || isElementType(name);
}

export function pixelSize(type: PixelType): number {
  return type === 'float16' ? 2 : elementSize(type);
}

/**
 * The first rows·columns pixels as an image; copied only when they are not aligned, or are of half precision, which becomes
 * `float32`.
 * @throws CamServerError when there are fewer bytes, or none are wanted
 */
export function imageOfBytes(bytes: Uint8Array, type: PixelType, rows: number, columns: number): Image {
  const size = rows * columns * pixelSize(type);
  const isShape = [rows, columns].every((side) => Number.isSafeInteger(side) && side > 0);
  if (!isShape) throw new CamServerError('WRONG_IMAGE', `Images cannot have ${columns}x${rows} pixels`);
  if (bytes.length < size) {
    const text = `${bytes.length} bytes for ${columns}x${rows} pixels of type ${type}, which need ${size}`;
    throw new CamServerError('WRONG_IMAGE', text);
  }
  const isAligned = bytes.byteOffset % pixelSize(type) === 0;
  const { buffer, byteOffset } = isAligned ? bytes : bytes.slice(0, size);
  const count = rows * columns;
  const data =
    type === 'float16'
      ? floatsFromHalves(new Uint16Array(buffer, byteOffset, count))
      : viewElements(type, buffer, byteOffset, count);
  return viewOf(data, rows, columns);
}
