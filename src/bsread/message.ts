/**
 * A multipart message to and from parts. Parts are checked as a whole first; a broken value spoils only its own channel.
 */
import type { ChannelValue, Timestamp } from '../common/values.js';
import { compress, decompress, decompressInto, isCompression } from './compression.js';
import {
  type EncodedDataHeader,
  encodeMainHeader,
  HeaderError,
  parseDataHeader,
  parseMainHeader,
  type ReceivedDefinition,
} from './headers.js';
import { releaseMemory } from './native.js';
import type { ReceivedChannel, ReceivedMessage } from './types.js';
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

/** Turns the messages of one stream into values; remembers the last data header by its hash. */
export class MessageDecoder {
  private hash: string | null = null;
  private definitions: readonly ReceivedDefinition[] = [];

  constructor(private readonly onWarning: DecodeWarning = () => {}) {}

  /**
   * @throws HeaderError or CompressionError when the message as a whole is broken and has to be dropped; the remembered
   *   header stays as it was
   */
  decode(parts: readonly Uint8Array[]): ReceivedMessage {
    if (parts.length < 2) throw new HeaderError(`a message of ${parts.length} parts; at least 2 are needed`);
    const main = parseMainHeader(parts[0] as Uint8Array);
    const formatChanged = main.hash !== this.hash;
    const definitions = formatChanged
      ? parseDataHeader(parts[1] as Uint8Array, main.dataHeaderCompression)
      : this.definitions;
    if (parts.length > 2 + 2 * definitions.length) {
      throw new HeaderError(`${parts.length} parts came for ${definitions.length} channels`);
    }
    const channels: ReceivedChannel[] = [];
    for (let index = 0; 2 + 2 * index < parts.length; index += 1) {
      const definition = definitions[index] as ReceivedDefinition;
      channels.push(this.channel(definition, parts[2 + 2 * index] as Uint8Array, parts[3 + 2 * index]));
    }
    this.hash = main.hash;
    this.definitions = definitions;
    return new DecodedMessage(main.pulseId, main.timestamp, main.hash, formatChanged, channels, parts);
  }

  private channel(
    definition: ReceivedDefinition,
    frame: Uint8Array,
    stamp: Uint8Array | undefined,
  ): ReceivedChannel {
    const isEmpty = frame.length === 0;
    const timestamp = isEmpty || stamp === undefined ? null : decodeTimestamp(stamp, definition);
    return new DecodedChannel(definition, timestamp, isEmpty ? null : frame, this.onWarning);
  }
}

class DecodedChannel implements ReceivedChannel {
  constructor(
    readonly definition: ReceivedDefinition,
    readonly timestamp: Timestamp | null,
    readonly frame: Uint8Array | null,
    private readonly onWarning: DecodeWarning,
  ) {}

  decode(): ChannelValue {
    const { definition, frame } = this;
    if (frame === null) return null;
    try {
      const size = elementSizeOf(definition.type);
      if (size === null)
        throw new ValueError(`Channel '${definition.name}' has the unknown type '${definition.type}'`);
      if (!isCompression(definition.compression)) {
        throw new ValueError(
          `Channel '${definition.name}' has the unknown compression '${definition.compression}'`,
        );
      }
      return decodeValue(
        definition,
        decompress(frame, definition.compression, size, announcedSize(definition)),
      );
    } catch (error) {
      this.onWarning((error as Error).message);
      return null;
    }
  }

  decodeInto(target: Uint8Array): boolean {
    const { definition, frame } = this;
    const size = elementSizeOf(definition.type);
    if (frame === null || size === null || !isCompression(definition.compression)) return false;
    try {
      decompressInto(frame, definition.compression, size, target);
    } catch (error) {
      this.onWarning((error as Error).message);
      return false;
    }
    if (definition.encoding === 'big') swapInPlace(target, size);
    return true;
  }
}

function swapInPlace(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}

class DecodedMessage implements ReceivedMessage {
  readonly size: number;

  constructor(
    readonly pulseId: bigint,
    readonly timestamp: Timestamp | null,
    readonly hash: string,
    readonly formatChanged: boolean,
    readonly channels: readonly ReceivedChannel[],
    private readonly parts: readonly Uint8Array[],
  ) {
    this.size = parts.reduce((sum, part) => sum + part.length, 0);
  }

  channel(name: string): ReceivedChannel | undefined {
    return this.channels.find((channel) => channel.definition.name === name);
  }

  release(): void {
    for (const part of this.parts) {
      // smaller parts lie in the shared pool of Node or cost nothing
      if (
        part.length > EXTERNAL_FROM &&
        part.byteOffset === 0 &&
        part.byteLength === part.buffer.byteLength
      ) {
        releaseMemory(part);
      }
    }
  }
}

/** zeromq.js hands out parts above this size without copying them. */
const EXTERNAL_FROM = 128;
