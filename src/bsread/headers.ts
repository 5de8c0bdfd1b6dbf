/**
 * The two JSON headers of a bsread message (`docs/protocol.md`).
 */
import { createHash } from 'node:crypto';
import { formatJson } from '../common/json.js';
import type { Timestamp } from '../common/values.js';
import { compress, decompress, isCompression } from './compression.js';
import type { ChannelDefinition, Compression } from './types.js';

/** A data header ready to be sent with any number of messages. */
export interface EncodedDataHeader {
  readonly channels: readonly ChannelDefinition[];
  /** Part 1 of the message, compressed as `compression` says. */
  readonly bytes: Uint8Array;
  /** MD5 of `bytes`, hexadecimal. */
  readonly hash: string;
  readonly compression: Compression;
}

/** Builds part 1 for a list of channels, in the order in which their values will be sent. */
export function encodeDataHeader(
  channels: readonly ChannelDefinition[],
  compression: Compression = 'none',
): EncodedDataHeader {
  const entries = channels.map((channel) => ({
    name: channel.name,
    type: channel.type,
    shape: channel.shape,
    encoding: channel.encoding ?? 'little',
    compression: channel.compression === 'none' ? undefined : channel.compression,
    modulo: channel.modulo,
    offset: channel.offset,
  }));
  const text = Buffer.from(formatJson({ htype: 'bsr_d-1.1', channels: entries }), 'utf8');
  const bytes = compression === 'none' ? text : compress(text, compression, 1, 'big');
  return { channels, bytes, hash: createHash('md5').update(bytes).digest('hex'), compression };
}

/** Builds part 0. */
export function encodeMainHeader(header: EncodedDataHeader, pulseId: bigint, timestamp: Timestamp): Buffer {
  const compression = header.compression === 'none' ? '' : `"dh_compression": "${header.compression}", `;
  return Buffer.from(
    `{"htype": "bsr_m-1.1", ${compression}"hash": "${header.hash}", "pulse_id": ${pulseId}, ` +
      `"global_timestamp": {"sec": ${timestamp.seconds}, "ns": ${timestamp.nanoseconds}}}`,
    'latin1',
  );
}

/** Part 0 as received. */
export interface MainHeader {
  readonly pulseId: bigint;
  readonly hash: string;
  /** Null when the sender gives none. */
  readonly timestamp: Timestamp | null;
  readonly dataHeaderCompression: string;
}

/** A header that cannot be used; the text says why. The message is dropped. */
export class HeaderError extends Error {
  override name = 'HeaderError';
}

/** @throws HeaderError when it is not a bsread main header or lacks what is needed */
export function parseMainHeader(bytes: Uint8Array): MainHeader {
  if (bytes.length > MAXIMUM_MAIN_HEADER) {
    throw new HeaderError(`main header of ${bytes.length} bytes; at most ${MAXIMUM_MAIN_HEADER}`);
  }
  const text = decodeText(bytes, 'main header');
  const header = parseObject(text, 'main header');
  if (typeof header.htype === 'string' && !header.htype.startsWith('bsr_m-1.')) {
    throw new HeaderError(`htype '${header.htype}' is not a bsread message`);
  }
  if (typeof header.hash !== 'string') throw new HeaderError('main header without hash');
  const pulseId = exactInteger(text, header.pulse_id, 'pulse_id');
  if (pulseId === null) throw new HeaderError('main header without pulse_id');
  return {
    pulseId,
    hash: header.hash,
    timestamp: parseTimestamp(text, header.global_timestamp),
    dataHeaderCompression: typeof header.dh_compression === 'string' ? header.dh_compression : 'none',
  };
}

/** One entry of a received data header; `type` in lower case. */
export interface ReceivedDefinition {
  readonly name: string;
  readonly type: string;
  readonly shape?: readonly number[];
  readonly encoding: 'little' | 'big';
  readonly compression: string;
  readonly modulo: number;
  readonly offset: number;
  /** Why no value of this channel can be decoded; undefined when nothing is wrong. */
  readonly problem?: string;
}

/** Real main headers have some 150 bytes, data headers some 100 bytes per channel. */
const MAXIMUM_MAIN_HEADER = 64 * 1024;
const MAXIMUM_DATA_HEADER = 64 * 1024 * 1024;
/** Channels of one message; the largest streams have a few thousand. */
export const DEFAULT_MAXIMUM_CHANNELS = 100_000;

/**
 * @param maximumChannels more are refused before anything is made for them
 * @throws HeaderError or CompressionError
 */
export function parseDataHeader(
  bytes: Uint8Array,
  compression: string,
  maximumChannels = DEFAULT_MAXIMUM_CHANNELS,
): ReceivedDefinition[] {
  if (!isCompression(compression)) {
    throw new HeaderError(`data header compression '${compression}' is unknown`);
  }
  const plain = decompress(bytes, compression, 1, { maximumSize: MAXIMUM_DATA_HEADER });
  if (plain.length > MAXIMUM_DATA_HEADER) {
    throw new HeaderError(`data header of ${plain.length} bytes; at most ${MAXIMUM_DATA_HEADER}`);
  }
  const header = parseObject(decodeText(plain, 'data header'), 'data header');
  if (!Array.isArray(header.channels)) throw new HeaderError('data header without channels');
  if (header.channels.length > maximumChannels) {
    throw new HeaderError(`data header with ${header.channels.length} channels; at most ${maximumChannels}`);
  }
  return header.channels.map(parseDefinition);
}

function parseDefinition(entry: unknown, index: number): ReceivedDefinition {
  const fields = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
  if (typeof fields.name !== 'string')
    throw new HeaderError(`channel ${index} of the data header has no name`);
  if (fields.type !== undefined && typeof fields.type !== 'string') {
    throw new HeaderError(`channel '${fields.name}' has the type ${JSON.stringify(fields.type)}`);
  }
  return {
    name: fields.name,
    type: fields.type?.toLowerCase() ?? 'float64',
    ...parseShape(fields.name, fields.shape),
    encoding: fields.encoding === 'big' ? 'big' : 'little',
    compression: compressionName(fields.compression),
    modulo: typeof fields.modulo === 'number' ? fields.modulo : 1,
    offset: typeof fields.offset === 'number' ? fields.offset : 0,
  };
}

/** What is no name spoils only its own channel, under the text that it has in the header: objects may redefine `toString`. */
function compressionName(compression: unknown): string {
  if (compression === undefined || compression === null) return 'none';
  return typeof compression === 'string' ? compression : JSON.stringify(compression).slice(0, 100);
}

/** A shape that cannot be used spoils only its own channel. */
function parseShape(name: string, shape: unknown): Pick<ReceivedDefinition, 'shape' | 'problem'> {
  if (shape === undefined || shape === null) return {};
  const isShape =
    Array.isArray(shape) && shape.length <= 32 && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (isShape) return { shape };
  return { problem: `Channel '${name}' has the shape ${JSON.stringify(shape).slice(0, 100)}` };
}

function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new HeaderError(`${what} is not UTF-8`, { cause: error });
  }
}

function parseObject(text: string, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new HeaderError(`${what} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HeaderError(`${what} is not a JSON object`);
  }
  return value as Record<string, unknown>;
}

function parseTimestamp(text: string, value: unknown): Timestamp | null {
  if (value === undefined || value === null) return null;
  const fields = (typeof value === 'object' ? value : {}) as Record<string, unknown>;
  const seconds = exactInteger(text, fields.sec, 'sec') ?? exactInteger(text, fields.epoch, 'epoch');
  const nanoseconds = exactInteger(text, fields.ns, 'ns');
  if (seconds === null || nanoseconds === null) throw new HeaderError('global_timestamp without sec or ns');
  return { seconds, nanoseconds };
}

/**
 * Integers beyond 2^53, which JSON numbers lose, are read from the text itself.
 * @returns null for what is not a 64-bit integer
 */
function exactInteger(text: string, value: unknown, key: string): bigint | null {
  if (typeof value !== 'number' || !Number.isInteger(value)) return null;
  if (Number.isSafeInteger(value)) return BigInt(value);
  // another object of the header may have the same key
  for (const [, digits] of text.matchAll(new RegExp(`"${key}"\\s*:\\s*(-?\\d+)[\\s,}]`, 'g'))) {
    const exact = BigInt(digits);
    if (Number(exact) === value) return fitsIn64Bits(exact) ? exact : null;
  }
  return fitsIn64Bits(BigInt(value)) ? BigInt(value) : null;
}

function fitsIn64Bits(value: bigint): boolean {
  return value >= -(2n ** 63n) && value < 2n ** 64n;
}
