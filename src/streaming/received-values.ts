/**
 * The values of a received message in memory that stays theirs, so that the message can be given back to ZeroMQ at once.
 */
import type { ReceivedChannel, ReceivedMessage } from '../bsread/types.js';
import { viewElements } from '../common/dtype.js';
import { type ChannelValue, type ChannelValues, isArrayValue } from '../common/values.js';
import { allocateOutgoing } from './outgoing-memory.js';

/**
 * Decodes the channels of a message in their order. Arrays may be sent from where they are; the message can be released.
 * @param wanted channels that it refuses are neither decoded nor copied, and left out
 */
export function takeValues(
  message: ReceivedMessage,
  wanted: (name: string) => boolean = () => true,
): ChannelValues {
  const values: ChannelValues = new Map();
  for (const channel of message.channels) {
    const { name } = channel.definition;
    if (wanted(name)) values.set(name, takeValue(channel));
  }
  return values;
}

/** Decodes the channels of a message in their order; plain arrays are only there until the message is released. */
export function viewValues(message: ReceivedMessage): ChannelValues {
  return new Map(message.channels.map((channel) => [channel.definition.name, channel.decode()] as const));
}

/** The value of a channel in memory of its own: what was decompressed is, what came plain is copied. */
export function takeValue(channel: ReceivedChannel): ChannelValue {
  const value = channel.decode();
  if (!isArrayValue(value) || value.data.buffer !== channel.frame?.buffer) return value;
  const { data, type, shape } = value;
  const memory = allocateOutgoing(data.byteLength);
  new Uint8Array(memory, 0, data.byteLength).set(
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  return { type, shape, data: viewElements(type, memory, 0, data.length) };
}
