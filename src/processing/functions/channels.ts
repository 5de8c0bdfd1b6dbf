/** Channels that several functions publish. */
import { allocateElements } from '../../common/dtype.js';
import { formatJson, type JsonObject, mergeObjects } from '../../common/json.js';
import { type ArrayValue, arrayValue, type ChannelValues, timestampToSeconds } from '../../common/values.js';
import type { ProfileFit } from '../profiles.js';
import { toArrayValue } from '../views.js';
import type { ProcessingInput } from './types.js';

/**
 * `processing_parameters`: the parameters as JSON text, without the background's pixels and with the error of this frame.
 */
export function parametersText(parameters: JsonObject, processingError: string | null): string {
  const published = mergeObjects(parameters, {});
  delete published.background_data;
  if (processingError !== null) published.processing_error = processingError;
  return formatJson(published);
}

/** The prepared image; all zero when it could not be prepared as configured. */
export function publishedImage({ image, processingError }: ProcessingInput): ArrayValue {
  if (processingError === null) return toArrayValue(image);
  const value = toArrayValue(image);
  return { ...value, data: allocateElements(value.type, value.data.length) };
}

/** `x_axis` and `y_axis`, in the type of the axes (float32 from cameras). */
export function addAxes(channels: ChannelValues, { x, y }: ProcessingInput, prefix = ''): void {
  channels.set(`${prefix}x_axis`, arrayValue(x));
  channels.set(`${prefix}y_axis`, arrayValue(y));
}

/** Width and height of the prepared image. */
export function addSize(channels: ChannelValues, { image }: ProcessingInput): void {
  channels.set('width', BigInt(image.shape[1]));
  channels.set('height', BigInt(image.shape[0]));
}

/** `timestamp`: float64 seconds since 1970. */
export function addTimestamp(channels: ChannelValues, { timestamp }: ProcessingInput): void {
  channels.set('timestamp', timestampToSeconds(timestamp));
}

/** The five channels of a fit; all null without one. */
export function addFit(channels: ChannelValues, prefix: string, fit: ProfileFit | null): void {
  channels.set(`${prefix}_fit_gauss_function`, fit && arrayValue(fit.gaussFunction));
  channels.set(`${prefix}_fit_offset`, fit?.offset ?? null);
  channels.set(`${prefix}_fit_amplitude`, fit?.amplitude ?? null);
  channels.set(`${prefix}_fit_standard_deviation`, fit?.sigma ?? null);
  channels.set(`${prefix}_fit_mean`, fit?.center ?? null);
}
