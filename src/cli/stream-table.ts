/** The channels of a message as a table: name, type, size, compression, value. */
import type { ReceivedChannel, ReceivedMessage } from '../bsread/types.js';
import { formatJson } from '../common/json.js';
import { type ChannelValue, isArrayValue, TypedScalar } from '../common/values.js';

/** Elements of an array that are shown. */
const SHOWN_ELEMENTS = 10;
const LONGEST_TEXT = 60;

export interface ChannelRow {
  readonly channel: string;
  readonly type: string;
  /** `1280 x 960`; the length of a text; empty for a scalar. */
  readonly size: string;
  readonly compression: string;
  readonly bytes: number | null;
  readonly value: string;
}

/** Sorted by name. */
export function channelRows(message: ReceivedMessage): ChannelRow[] {
  return message.channels
    .map(rowOf)
    .sort((left, right) => (left.channel < right.channel ? -1 : left.channel > right.channel ? 1 : 0));
}

function rowOf(channel: ReceivedChannel): ChannelRow {
  const { definition, frame } = channel;
  const value = channel.decode();
  return {
    channel: definition.name,
    type: definition.type,
    size: sizeOf(value, definition.shape),
    compression: definition.compression,
    bytes: frame === null ? null : frame.length,
    value: value === null && frame !== null ? 'cannot be decoded' : valueText(value),
  };
}

function sizeOf(value: ChannelValue | null, shape: readonly number[] | undefined): string {
  if (typeof value === 'string') return String(value.length);
  if (value !== null && isArrayValue(value)) return [...value.shape].reverse().join(' x ');
  return shape === undefined || (shape.length === 1 && shape[0] === 1) ? '' : shape.join(' x ');
}

function valueText(value: ChannelValue | null): string {
  if (value === null) return '-';
  if (typeof value === 'string') return cut(value);
  if (value instanceof TypedScalar) return formatJson(value.value);
  if (!isArrayValue(value)) return cut(formatJson(value));
  const elements = Array.from(value.data.slice(0, SHOWN_ELEMENTS) as ArrayLike<number | bigint>, String);
  return `[${elements.join(', ')}${value.data.length > SHOWN_ELEMENTS ? ', …' : ''}]`;
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}…` : line;
}
