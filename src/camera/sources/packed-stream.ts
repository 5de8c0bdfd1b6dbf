/**
 * `stream`: ZeroMQ messages of a packed header of 30 bytes (little endian) and the pixels.
 */
import { MultipartReader, type ParsedMessage } from './polling/multipart.js';
import { imageOfBytes, type PixelType, pixelSize } from './polling/pixels.js';
import { pollingSource } from './polling/polling.js';
import type { SourceDefinition } from './source.js';

/** id, height, width (uint64); type, status, source (uint16). Longer headers are accepted. */
export const PACKED_HEADER_SIZE = 30;

export const PACKED_TYPES: ReadonlyMap<number, PixelType> = new Map<number, PixelType>([
  [1, 'uint8'],
  [2, 'uint16'],
  [4, 'uint32'],
  [8, 'uint64'],
  [11, 'int8'],
  [12, 'int16'],
  [14, 'int32'],
  [18, 'int64'],
  [22, 'float16'],
  [24, 'float32'],
  [28, 'float64'],
]);

export const packedStream: SourceDefinition = pollingSource(
  () => new MultipartReader('stream', parsePackedMessage, true),
  { learnsSize: true },
);

/** @throws an error that says what is wrong */
export function parsePackedMessage(header: Buffer, pixels: Buffer): ParsedMessage {
  if (header.length < PACKED_HEADER_SIZE) {
    throw new Error(`the header has ${header.length} bytes instead of ${PACKED_HEADER_SIZE}`);
  }
  const code = header.readUInt16LE(24);
  const type = PACKED_TYPES.get(code);
  if (type === undefined) {
    throw new Error(`unknown type code ${code}; expected one of ${[...PACKED_TYPES.keys()].join(', ')}`);
  }
  const rows = Number(header.readBigUInt64LE(8));
  const columns = Number(header.readBigUInt64LE(16));
  const image = imageOfBytes(pixels, type, rows, columns);
  const expected = rows * columns * pixelSize(type);
  if (pixels.length !== expected) {
    throw new Error(
      `${pixels.length} bytes for ${columns}x${rows} pixels of type ${type}, which have ${expected}`,
    );
  }
  return { image, pulseId: header.readBigUInt64LE(0) };
}
