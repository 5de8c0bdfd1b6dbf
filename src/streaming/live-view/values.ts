/**
 * Channel values on their way to a viewer: small ones as JSON, arrays as bytes, and a description of every channel for the
 * inspector.
 */
import type { ChannelDefinition } from '../../bsread/index.js';
import type { JsonObject, JsonValue } from '../../common/json.js';
import { type ChannelValue, isArrayValue, TypedScalar, timestampToSeconds } from '../../common/values.js';
import type { TappedMessage } from './message-tap.js';

/** Longer arrays are described, not sent. */
const LONGEST_ARRAY = 16_384;
/** Arrays begin at multiples of this, so that the receiver can look at them in place. */
const ALIGNMENT = 8;

export interface PackedValues {
  /** Scalars and texts by name. */
  readonly scalars: JsonObject;
  /** `{name, type, shape, offset}`; offset is null for an array that is not sent. */
  readonly arrays: JsonObject[];
  readonly parts: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
  /** Bytes that the parts take. */
  readonly length: number;
}

/**
 * @param wanted names of channels; null: all
 * @param except a channel that travels in another way
 * @param start where the bytes of the first array may begin
 */
export function packValues(
  message: TappedMessage,
  wanted: readonly string[] | null,
  except: string | null,
  start: number,
): PackedValues {
  const scalars: JsonObject = {};
  const arrays: JsonObject[] = [];
  const parts: { offset: number; bytes: Uint8Array }[] = [];
  let end = aligned(start);
  message.definitions.forEach(({ name }, index) => {
    const value = message.values[index]!;
    if (name === except || (wanted !== null && !wanted.includes(name))) return;
    if (!isArrayValue(value)) {
      scalars[name] = scalarJson(value);
      return;
    }
    const { data } = value;
    const isSent = data.length <= LONGEST_ARRAY;
    arrays.push({ name, type: value.type, shape: [...value.shape], offset: isSent ? end : null });
    if (!isSent) return;
    parts.push({ offset: end, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
    end = aligned(end + data.byteLength);
  });
  return { scalars, arrays, parts, length: end };
}

/**
 * The channels of a message for people.
 * @param elements how many elements of an array are shown
 */
export function describeMessage(message: TappedMessage, elements: number): JsonObject {
  return {
    ...messageIdentity(message),
    channels: message.definitions.map((definition, index) =>
      describeChannel(definition, message.values[index]!, elements),
    ),
  };
}

/** `pulse_id`, `timestamp` in seconds since 1970, and the same exactly, as text. */
export function messageIdentity({ pulseId, timestamp }: TappedMessage): JsonObject {
  const nanoseconds = timestamp.nanoseconds.toString().padStart(9, '0');
  return {
    pulse_id: Number(pulseId),
    timestamp: timestampToSeconds(timestamp),
    timestamp_exact: `${timestamp.seconds}.${nanoseconds}`,
  };
}

function describeChannel(
  { name, type, shape, compression }: ChannelDefinition,
  value: ChannelValue,
  elements: number,
): JsonObject {
  const described: JsonObject = {
    name,
    type,
    shape: shape === undefined ? null : [...shape],
    compression: compression ?? 'none',
  };
  if (!isArrayValue(value)) return { ...described, value: scalarJson(value), elements: null };
  return {
    ...described,
    value: Array.from(value.data.subarray(0, elements), scalarJson),
    elements: value.data.length,
  };
}

/** JSON has no numbers that are not finite and none beyond 2⁵³: those become text. */
export function scalarJson(value: ChannelValue): JsonValue {
  if (value instanceof TypedScalar) return scalarJson(value.value);
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value as JsonValue;
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}
