/**
 * From a waveform of Channel Access to an image.
 */
import { CamServerError } from '../../../common/errors.js';
import { type ArrayValue, arrayValue } from '../../../common/values.js';
import type { Reading } from '../../../epics/index.js';
import { kernels } from '../../../processing/native.js';
import { toArrayValue, viewOf } from '../../../processing/views.js';
import type { Size } from '../../geometry.js';
import type { CameraSettings } from '../../settings.js';

/** How the elements of a waveform are taken. */
export interface PixelRules {
  /** int16 data are what they say; else they hold unsigned pixels, as Channel Access has no such type. */
  readonly keepSigned: boolean;
  /** 8-bit pixels are published with 16 bits, as clients of areaDetectors have always seen them. */
  readonly widenBytes: boolean;
}

/** A configuration that declares int16 means it. */
export function pixelRules({ output, sourceType }: CameraSettings): PixelRules {
  return { keepSigned: output.dtype === 'int16', widenBytes: sourceType === 'area_detector' };
}

/**
 * The first width·height elements as an image; copied only where they are widened.
 * @throws CamServerError `Image array too small: <n> -  shape: <w>x<h> [P].`
 */
export function imageOfReading(
  { value }: Reading,
  { width, height }: Size,
  camera: string,
  { keepSigned, widenBytes }: PixelRules,
): ArrayValue {
  if (Array.isArray(value)) {
    throw new CamServerError('WRONG_IMAGE', `The image of camera ${camera} holds texts, not numbers.`);
  }
  const { data } = value;
  if (data.length < width * height) {
    const text = `Image array too small: ${data.length} -  shape: ${width}x${height} [${camera}].`;
    throw new CamServerError('IMAGE_TOO_SMALL', text);
  }
  const pixels = data.subarray(0, width * height);
  const shape = [height, width];
  if (pixels instanceof Int16Array && !keepSigned) {
    return arrayValue(new Uint16Array(pixels.buffer, pixels.byteOffset, pixels.length), shape);
  }
  if (pixels instanceof Uint8Array && widenBytes) {
    return toArrayValue(kernels.convert(viewOf(pixels, height, width), 'uint16'));
  }
  return arrayValue(pixels, shape);
}
