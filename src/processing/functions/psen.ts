/** Profiles of two regions, for spectral encoding of photon arrival times. */
import { allocateElements, elementTypeOf, type NumericType } from '../../common/dtype.js';
import { formatJson, type JsonObject, type JsonValue } from '../../common/json.js';
import { isTruthy, wrongValue } from '../../common/leniency.js';
import { type ArrayValue, arrayValue, type ChannelValues } from '../../common/values.js';
import type { Image, Kernels } from '../kernels.js';
import { crop } from '../views.js';
import type { ProcessingInput } from './types.js';

/**
 * `<camera>.processing_parameters`, and `<camera>.roi_signal_x_profile`, `<camera>.roi_background_x_profile` for the regions that
 * are set: column sums, uint64 for unsigned images, int64 for signed ones.
 * @throws CamServerError `INVALID_CONFIGURATION` for a region that is not four whole numbers
 */
export function psen({ kernels, image }: ProcessingInput, parameters: JsonObject): ChannelValues {
  const { camera_name: camera, roi_signal = null, roi_background = null } = parameters;
  const channels: ChannelValues = new Map();
  channels.set(`${camera}.processing_parameters`, formatJson({ roi_signal, roi_background }));
  for (const [name, region] of Object.entries({ roi_signal, roi_background })) {
    if (isTruthy(region))
      channels.set(`${camera}.${name}_x_profile`, columnSums(kernels, image, name, region));
  }
  return channels;
}

function columnSums(kernels: Kernels, image: Image, name: string, region: JsonValue): ArrayValue {
  if (!Array.isArray(region) || region.length !== 4 || !region.every(Number.isInteger)) {
    throw wrongValue(name, region, 'null or four whole numbers [x, width, y, height]');
  }
  const [x, width, y, height] = region as [number, number, number, number];
  const [left, right] = limits(x, x + width, image.shape[1]);
  const [top, bottom] = limits(y, y + height, image.shape[0]);
  const type = elementTypeOf(image.data);
  if (left === right || top === bottom) return arrayValue(allocateElements(sumType(type), right - left));
  const { xProfile } = kernels.pass(crop(image, left, right, top, bottom))!;
  const isUnsigned = sumType(type) === 'uint64';
  return arrayValue(
    isUnsigned ? new BigUint64Array(xProfile.buffer, xProfile.byteOffset, xProfile.length) : xProfile,
  );
}

/** As Python cuts: at the ends, and negative positions count from the end. */
function limits(from: number, to: number, length: number): [number, number] {
  const position = (index: number): number =>
    Math.min(length, Math.max(0, index < 0 ? index + length : index));
  return [position(from), Math.max(position(from), position(to))];
}

function sumType(type: NumericType): NumericType {
  if (type.startsWith('float')) return type;
  return type.startsWith('uint') ? 'uint64' : 'int64';
}
