/** Real bsread messages, made without sockets. */
import { deriveDefinition, encodeDataHeader, MessageDecoder } from '../../../src/bsread/index.js';
import { encodeMessage } from '../../../src/bsread/message.js';
import type { ChannelDefinition, ReceivedMessage } from '../../../src/bsread/types.js';
import type { ChannelValue } from '../../../src/common/values.js';

/** A message with these channels; `overrides` changes the definitions of all channels. */
export function messageOf(
  pulseId: bigint,
  channels: Record<string, ChannelValue>,
  overrides: Partial<ChannelDefinition> = {},
): ReceivedMessage {
  const definitions = Object.entries(channels).map(([name, value]) => ({
    ...deriveDefinition(name, value),
    ...overrides,
  }));
  const timestamp = { seconds: 1_700_000_000n, nanoseconds: pulseId };
  const parts = encodeMessage(encodeDataHeader(definitions), Object.values(channels), pulseId, timestamp);
  return new MessageDecoder().decode(parts.map((part) => Uint8Array.from(part)));
}
