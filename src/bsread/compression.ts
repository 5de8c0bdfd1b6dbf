/**
 * Compression of value parts and data headers: `none`, `lz4` (length prefix and one block), `bitshuffle_lz4` (12-byte header and
 * blocks). Input from the network is never trusted: no size is allocated before it has been checked.
 */

import { codec } from './native.js';
import { compressBound } from './reference/lz4.js';
import type { Compression } from './types.js';

/** Uncompressed values beyond this are refused. */
export const MAXIMUM_VALUE_BYTES = 2 ** 30;

/** A part that cannot be decompressed; the text says why. */
export class CompressionError extends Error {
  override name = 'CompressionError';
}

export function isCompression(name: string): name is Compression {
  return name === 'none' || name === 'lz4' || name === 'bitshuffle_lz4';
}

/**
 * Compresses the bytes of a value.
 * @param elementSize bytes per element, which bit shuffle regroups
 * @param encoding byte order of the LZ4 length prefix: that of the channel
 */
export function compress(
  bytes: Uint8Array,
  compression: Compression,
  elementSize: number,
  encoding: 'little' | 'big',
): Uint8Array {
  if (compression === 'none') return bytes;
  return compression === 'lz4' ? compressLz4(bytes, encoding) : compressBitshuffle(bytes, elementSize);
}

function compressBitshuffle(bytes: Uint8Array, elementSize: number): Uint8Array {
  const output = Buffer.allocUnsafeSlow(codec.bitshuffleBound(bytes.length / elementSize, elementSize));
  const size = codec.bitshuffleCompress(bytes, elementSize, output);
  if (size === 0)
    throw new CompressionError(`${bytes.length} bytes cannot be compressed with bitshuffle_lz4`);
  return output.subarray(0, size);
}

function compressLz4(bytes: Uint8Array, encoding: 'little' | 'big'): Uint8Array {
  const output = Buffer.allocUnsafeSlow(4 + compressBound(bytes.length));
  if (encoding === 'big') output.writeUInt32BE(bytes.length);
  else output.writeUInt32LE(bytes.length);
  const size = codec.lz4Compress(bytes, output.subarray(4));
  if (size === 0) throw new CompressionError(`${bytes.length} bytes cannot be compressed with lz4`);
  return output.subarray(0, 4 + size);
}

/**
 * Decompresses into new memory.
 * @param expectedSize bytes that shape and type announce; undefined when they do not say (texts, no shape)
 * @throws CompressionError
 */
export function decompress(
  bytes: Uint8Array,
  compression: Compression,
  elementSize: number,
  expectedSize?: number,
): Uint8Array {
  if (compression === 'none') return bytes;
  if (compression === 'lz4') return decompressLz4(bytes, expectedSize);
  const output = Buffer.allocUnsafeSlow(checkedSize(announcedBitshuffleSize(bytes)));
  decompressInto(bytes, compression, elementSize, output);
  return output;
}

/**
 * Decompresses into memory of exactly the right size.
 * @throws CompressionError also when the size differs
 */
export function decompressInto(
  bytes: Uint8Array,
  compression: Compression,
  elementSize: number,
  output: Uint8Array,
): void {
  if (compression === 'bitshuffle_lz4') {
    const wrong = codec.bitshuffleDecompress(bytes, elementSize, output);
    if (wrong !== null) throw new CompressionError(`bitshuffle_lz4 data: ${wrong}`);
  } else if (compression === 'lz4') {
    if (bytes.length < 4) throw new CompressionError('lz4 data is shorter than its length of 4 bytes');
    if (codec.lz4Decompress(bytes.subarray(4), output) !== output.length) {
      throw new CompressionError('lz4 data is broken or of another size than announced');
    }
  } else {
    if (bytes.length !== output.length) {
      throw new CompressionError(`${bytes.length} bytes came where ${output.length} were announced`);
    }
    output.set(bytes);
  }
}

/** Uncompressed size that a bit shuffle header gives; a header cut short with size 0 is accepted. */
function announcedBitshuffleSize(bytes: Uint8Array): bigint {
  if (bytes.length < 8)
    throw new CompressionError('bitshuffle_lz4 data is shorter than its header of 12 bytes');
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0);
}

/** LZ4 cannot expand beyond 255 times; bit shuffled blocks neither. */
function checkedSize(size: bigint): number {
  if (size > BigInt(MAXIMUM_VALUE_BYTES)) {
    throw new CompressionError(`${size} bytes are announced; at most ${MAXIMUM_VALUE_BYTES} are accepted`);
  }
  return Number(size);
}

/**
 * Senders disagree on the byte order of the length (C++ always writes big endian, Python little endian), so both are
 * tried: the expected size decides, else the order that fits what the block decodes to.
 */
function decompressLz4(bytes: Uint8Array, expectedSize: number | undefined): Uint8Array {
  if (bytes.length < 4) throw new CompressionError('lz4 data is shorter than its length of 4 bytes');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const largest = Math.min(MAXIMUM_VALUE_BYTES, (bytes.length - 4) * 255 + 16);
  const sizes = [expectedSize, view.getUint32(0, true), view.getUint32(0, false)];
  for (const size of new Set(sizes)) {
    if (size === undefined || size > largest) continue;
    const output = Buffer.allocUnsafeSlow(size);
    if (codec.lz4Decompress(bytes.subarray(4), output) === size) return output;
  }
  throw new CompressionError('lz4 data is broken or of another size than announced');
}
