/** The prepared image without any computation. */
import type { JsonObject } from '../../common/json.js';
import type { ChannelValues } from '../../common/values.js';
import { addAxes, addSize, addTimestamp, parametersText, publishedImage } from './channels.js';
import type { ProcessingInput } from './types.js';

/**
 * `x_axis`, `y_axis`, `width`, `height`, `image`, `processing_parameters`, `timestamp`; with a processing error a black image and
 * no timestamp.
 */
export function transparent(input: ProcessingInput, parameters: JsonObject): ChannelValues {
  const channels: ChannelValues = new Map();
  addAxes(channels, input);
  addSize(channels, input);
  channels.set('image', publishedImage(input));
  channels.set('processing_parameters', parametersText(parameters, input.processingError));
  if (input.processingError === null) addTimestamp(channels, input);
  return channels;
}
