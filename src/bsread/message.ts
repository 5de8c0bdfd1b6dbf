/**
 * A multipart message to and from parts. Parts are checked as a whole first; a broken value spoils only its own channel.
 */
import type { ChannelValue, Timestamp } from '../common/values.js';
import { compress, decompress, decompressInto, isCompression } from './compression.js';
import {
  type EncodedDataHeader,
  encodeMainHeader,
  HeaderError,
  type MainHeader,
  parseDataHeader,
  parseMainHeader,
  type ReceivedDefinition,
} from './headers.js';
import { releaseParts } from './native.js';
import type { Compression, ReceivedChannel, ReceivedMessage } from './types.js';
import { announcedSize, decodeValue, elementSizeOf, encodeValue, ValueError } from './values.js';

const NOTHING = Buffer.alloc(0);
const TIMESTAMP_SIZE = 16;

/**
 * All parts of a message. Nothing of an array is copied unless it is compressed or swapped.
 * @param values one per channel of the header, in its order; null for no value
 * @throws ValueError
 */
export function encodeMessage(
  header: EncodedDataHeader,
  values: readonly ChannelValue[],
  pulseId: bigint,
  timestamp: Timestamp,
): Uint8Array[] {
  if (values.length !== header.channels.length) {
    throw new ValueError(
      `Length of passed data (${values.length}) does not correspond to configured channels (${header.channels.length})`,
    );
  }
  const little = encodeTimestamp(timestamp, 'little');
  const parts: Uint8Array[] = [encodeMainHeader(header, pulseId, timestamp), header.bytes];
  header.channels.forEach((definition, index) => {
    const value = values[index] as ChannelValue;
    if (value === null) {
      parts.push(NOTHING, NOTHING);
      return;
    }
    const encoding = definition.encoding ?? 'little';
    const size = elementSizeOf(definition.type) ?? 1;
    const bytes = encodeValue(definition, value);
    parts.push(compress(bytes, definition.compression ?? 'none', size, encoding));
    parts.push(encoding === 'little' ? little : encodeTimestamp(timestamp, 'big'));
  });
  return parts;
}

function encodeTimestamp({ seconds, nanoseconds }: Timestamp, encoding: 'little' | 'big'): Buffer {
  const bytes = Buffer.allocUnsafe(TIMESTAMP_SIZE);
  const view = new DataView(bytes.buffer, bytes.byteOffset, TIMESTAMP_SIZE);
  view.setBigInt64(0, seconds, encoding === 'little');
  view.setBigInt64(8, nanoseconds, encoding === 'little');
  return bytes;
}

/** Null for an empty part. @throws HeaderError when the part has another length than 16, 24, 32, … */
function decodeTimestamp(part: Uint8Array, definition: ReceivedDefinition): Timestamp | null {
  if (part.length === 0) return null;
  if (part.length < TIMESTAMP_SIZE || part.length % 8 !== 0) {
    throw new HeaderError(`channel '${definition.name}' has a timestamp of ${part.length} bytes`);
  }
  const view = new DataView(part.buffer, part.byteOffset, part.length);
  const isLittle = definition.encoding === 'little';
  return { seconds: view.getBigUint64(0, isLittle), nanoseconds: view.getBigUint64(8, isLittle) };
}

/** Called with the reason when a value cannot be decoded. */
export type DecodeWarning = (reason: string) => void;

export interface DecoderLimits {
  /** A data header with more channels is refused; default 100,000. */
  readonly maximumChannels?: number;
  /** Bytes of one decompressed value; larger ones are null. Default 1 GiB. */
  readonly maximumValueSize?: number;
}

/** Turns the messages of one stream into values; remembers the last data header by its hash. */
export class MessageDecoder {
  private hash: string | null = null;
  private definitions: readonly ReceivedDefinition[] = [];

  constructor(
    private readonly onWarning: DecodeWarning = () => {},
    private readonly limits: DecoderLimits = {},
  ) {}

  /**
   * @throws HeaderError or CompressionError when the message as a whole is broken and has to be dropped; the remembered
   *   header stays as it was
   */
  decode(parts: readonly Uint8Array[]): ReceivedMessage {
    if (parts.length < 2) throw new HeaderError(`a message of ${parts.length} parts; at least 2 are needed`);
    const main = parseMainHeader(parts[0] as Uint8Array);
    const hasNewHash = main.hash !== this.hash;
    const definitions = hasNewHash
      ? parseDataHeader(parts[1] as Uint8Array, main.dataHeaderCompression, this.limits.maximumChannels)
      : this.definitions;
    const channels = this.channels(definitions, parts);
    this.hash = main.hash;
    this.definitions = definitions;
    return new DecodedMessage(main, hasNewHash && definitions.length > 0, channels, parts);
  }

  /** Without any channel further parts mean nothing; otherwise more parts than announced spoil the message. */
  private channels(
    definitions: readonly ReceivedDefinition[],
    parts: readonly Uint8Array[],
  ): ReceivedChannel[] {
    if (definitions.length === 0) return [];
    if (parts.length > 2 + 2 * definitions.length) {
      throw new HeaderError(`${parts.length} parts came for ${definitions.length} channels`);
    }
    const channels: ReceivedChannel[] = [];
    for (let index = 0; 2 + 2 * index < parts.length; index += 1) {
      const definition = definitions[index] as ReceivedDefinition;
      channels.push(this.channel(definition, parts[2 + 2 * index] as Uint8Array, parts[3 + 2 * index]));
    }
    return channels;
  }

  private channel(
    definition: ReceivedDefinition,
    frame: Uint8Array,
    stamp: Uint8Array | undefined,
  ): ReceivedChannel {
    const isEmpty = frame.length === 0;
    const timestamp = isEmpty || stamp === undefined ? null : decodeTimestamp(stamp, definition);
    return new DecodedChannel(
      definition,
      timestamp,
      isEmpty ? null : frame,
      this.onWarning,
      this.limits.maximumValueSize,
    );
  }
}

class DecodedChannel implements ReceivedChannel {
  constructor(
    readonly definition: ReceivedDefinition,
    readonly timestamp: Timestamp | null,
    readonly frame: Uint8Array | null,
    private readonly onWarning: DecodeWarning,
    private readonly maximumSize: number | undefined,
  ) {}

  decode(): ChannelValue {
    const { definition, frame, maximumSize } = this;
    if (frame === null) return null;
    try {
      const { size, compression } = formatOf(definition);
      const expectedSize = announcedSize(definition);
      return decodeValue(definition, decompress(frame, compression, size, { expectedSize, maximumSize }));
    } catch (error) {
      this.onWarning(warningText(definition, error));
      return null;
    }
  }

  decodeInto(target: Uint8Array): boolean {
    const { definition, frame } = this;
    if (frame === null) return false;
    try {
      const { size, compression } = formatOf(definition);
      if (target.length % size !== 0) return false;
      decompressInto(frame, compression, size, target);
      if (definition.encoding === 'big') swapInPlace(target, size);
      return true;
    } catch (error) {
      this.onWarning(warningText(definition, error));
      return false;
    }
  }
}

/** @throws ValueError when values of this channel cannot be decoded at all */
function formatOf(definition: ReceivedDefinition): { size: number; compression: Compression } {
  const { name, type, compression, problem } = definition;
  if (problem !== undefined) throw new ValueError(problem);
  const size = elementSizeOf(type);
  if (size === null) throw new ValueError(`Channel '${name}' has the unknown type '${type}'`);
  if (!isCompression(compression)) {
    throw new ValueError(`Channel '${name}' has the unknown compression '${compression}'`);
  }
  return { size, compression };
}

function warningText(definition: ReceivedDefinition, error: unknown): string {
  const text = (error as Error).message;
  return error instanceof ValueError ? text : `Channel '${definition.name}': ${text}`;
}

function swapInPlace(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}

class DecodedMessage implements ReceivedMessage {
  readonly pulseId: bigint;
  readonly timestamp: Timestamp | null;
  readonly hash: string;
  readonly size: number;
  private byName: Map<string, ReceivedChannel> | null = null;

  constructor(
    main: MainHeader,
    readonly formatChanged: boolean,
    readonly channels: readonly ReceivedChannel[],
    private readonly parts: readonly Uint8Array[],
  ) {
    this.pulseId = main.pulseId;
    this.timestamp = main.timestamp;
    this.hash = main.hash;
    this.size = parts.reduce((sum, part) => sum + part.length, 0);
  }

  channel(name: string): ReceivedChannel | undefined {
    this.byName ??= new Map(this.channels.map((channel) => [channel.definition.name, channel]));
    return this.byName.get(name);
  }

  release(): void {
    releaseParts(this.parts);
  }
}
