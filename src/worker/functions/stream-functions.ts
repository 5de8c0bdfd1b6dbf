/**
 * The built-in functions of pipelines of type `stream`.
 */
import type { JsonObject } from '../../common/json.js';
import type { ChannelValues } from '../../common/values.js';

/** Makes of the channels of a message those that are sent. */
export type StreamFunction = (values: ChannelValues, parameters: JsonObject) => ChannelValues | null;

export const STREAM_FUNCTIONS: ReadonlyMap<string, StreamFunction> = new Map<string, StreamFunction>([
  ['propagate_stream', (values) => values],
  ['propagate_stream_with_prefix', propagateWithPrefix],
]);

/** @throws Error without the mandatory parameter `prefix` */
function propagateWithPrefix(values: ChannelValues, { prefix }: JsonObject): ChannelValues {
  if (typeof prefix !== 'string') {
    throw new Error("propagate_stream_with_prefix needs the parameter 'prefix', a text");
  }
  return new Map(Array.from(values, ([name, value]) => [prefix + name, value]));
}
