/**
 * The built-in processing: image, statistics, profiles, fits, and on request good region and slices.
 */
import { elementTypeOf } from '../../common/dtype.js';
import { CamServerError } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { numberOf, wrongValue } from '../../common/leniency.js';
import { arrayValue, type ChannelValues, TypedScalar } from '../../common/values.js';
import type { PassResult } from '../kernels.js';
import { centerOfMass, fitProfile, fullWidth, type ProfileFit, toDoubles } from '../profiles.js';
import { addAxes, addFit, addSize, addTimestamp, parametersText, publishedImage } from './channels.js';
import { addGoodRegion } from './good-region.js';
import type { ProcessingInput } from './types.js';

/**
 * 28 channels: `x_axis`, `y_axis`, `image`, `width`, `height`, `processing_parameters`, `timestamp`, `min_value`, `max_value`,
 * `x_profile`, `y_profile`, `intensity`, `x_fwhm`, `y_fwhm`, centres of mass, rms, and five of each fit; `x_fw` and `y_fw` with
 * `fw_threshold`, more with `image_good_region` and `image_slices`. With a processing error the first six, and a black image.
 * @throws CamServerError `EMPTY_IMAGE`
 */
export function processImage(input: ProcessingInput, parameters: JsonObject): ChannelValues {
  const channels: ChannelValues = new Map();
  addAxes(channels, input);
  channels.set('image', publishedImage(input));
  addSize(channels, input);
  channels.set('processing_parameters', parametersText(parameters, input.processingError));
  if (input.processingError !== null) return channels;
  addTimestamp(channels, input);
  const statistics = input.statistics ?? measure(input);
  addStatistics(channels, input, statistics);
  const x = { axis: input.x, profile: toDoubles(statistics.xProfile) };
  const y = { axis: input.y, profile: toDoubles(statistics.yProfile) };
  const fits = {
    x: fitProfile(input.kernels, x.profile, x.axis),
    y: fitProfile(input.kernels, y.profile, y.axis),
  };
  addWidths(channels, x, y, fullWidthThreshold(parameters));
  addMoments(channels, 'x', x, fits.x);
  addMoments(channels, 'y', y, fits.y);
  addFit(channels, 'x', fits.x);
  addFit(channels, 'y', fits.y);
  addGoodRegion(channels, input, parameters, { x: x.profile, y: y.profile });
  return channels;
}

interface MeasuredProfile {
  readonly axis: ProcessingInput['x'];
  readonly profile: Float64Array;
}

function measure({ kernels, image }: ProcessingInput): PassResult {
  const [rows, columns] = image.shape;
  if (rows * columns === 0) {
    throw new CamServerError('EMPTY_IMAGE', `An image of ${columns}x${rows} pixels cannot be processed`);
  }
  return kernels.pass(image)!;
}

function addStatistics(channels: ChannelValues, { image }: ProcessingInput, statistics: PassResult): void {
  const type = elementTypeOf(image.data);
  const { minimum, maximum, xProfile, yProfile, intensity } = statistics;
  channels.set('min_value', new TypedScalar(type, minimum));
  channels.set('max_value', new TypedScalar(type, maximum));
  channels.set('x_profile', arrayValue(xProfile));
  channels.set('y_profile', arrayValue(yProfile));
  channels.set('intensity', new TypedScalar(elementTypeOf(xProfile), intensity));
}

function fullWidthThreshold(parameters: JsonObject): number | null {
  const { fw_threshold: value = null } = parameters;
  if (value === null) return null;
  const threshold = numberOf(value);
  if (threshold === null) throw wrongValue('fw_threshold', value, 'a number');
  return threshold;
}

function addWidths(
  channels: ChannelValues,
  x: MeasuredProfile,
  y: MeasuredProfile,
  threshold: number | null,
): void {
  channels.set('x_fwhm', fullWidth(x.axis, x.profile, 0.5));
  channels.set('y_fwhm', fullWidth(y.axis, y.profile, 0.5));
  if (threshold === null) return;
  channels.set('x_fw', fullWidth(x.axis, x.profile, threshold));
  channels.set('y_fw', fullWidth(y.axis, y.profile, threshold));
}

function addMoments(
  channels: ChannelValues,
  name: 'x' | 'y',
  { profile, axis }: MeasuredProfile,
  fit: ProfileFit,
): void {
  const moments = centerOfMass(profile, axis, fit);
  channels.set(`${name}_center_of_mass`, moments.centerOfMass);
  channels.set(`${name}_rms`, moments.rms);
}
