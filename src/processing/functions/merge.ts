/** The default channels, then those of the beam-synchronous data; equal names take the latter's value. */
import type { JsonObject } from '../../common/json.js';
import type { ChannelValues } from '../../common/values.js';
import { processImage } from './default.js';
import type { ProcessingInput } from './types.js';

/** The channels of `processImage`, then `input.bsdata` in its order. @throws CamServerError `EMPTY_IMAGE` */
export function merge(input: ProcessingInput, parameters: JsonObject): ChannelValues {
  const channels = processImage(input, parameters);
  for (const [name, value] of input.bsdata) channels.set(name, value);
  return channels;
}
