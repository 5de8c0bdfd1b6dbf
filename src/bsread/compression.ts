/**
 * Compression of value parts and data headers: `none`, `lz4` (length prefix and one block), `bitshuffle_lz4` (12-byte header and
 * blocks). Input from the network is never trusted: no size is allocated before it has been checked.
 */

import { codec } from './native.js';
import { compressBound, expandedSize } from './reference/lz4.js';
import type { Compression } from './types.js';

/** Uncompressed values beyond this are refused unless the caller sets another limit. */
export const MAXIMUM_VALUE_BYTES = 2 ** 30;

/** A part that cannot be decompressed; the text says why. */
export class CompressionError extends Error {
  override name = 'CompressionError';
}

/** True for the names that may stand in a header: `none`, `lz4`, `bitshuffle_lz4`. */
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

export interface DecompressionLimits {
  /** Bytes that shape and type announce; undefined when they do not say (texts, no shape). */
  readonly expectedSize?: number;
  /** Bytes; default 1 GiB. */
  readonly maximumSize?: number;
}

/**
 * Decompresses into new memory. What is allocated is bounded by the limits and by what the input can expand to.
 * @throws CompressionError
 */
export function decompress(
  bytes: Uint8Array,
  compression: Compression,
  elementSize: number,
  limits: DecompressionLimits = {},
): Uint8Array {
  if (compression === 'none') return bytes;
  const { expectedSize, maximumSize = MAXIMUM_VALUE_BYTES } = limits;
  if (expectedSize !== undefined && expectedSize > maximumSize) throw tooLarge(expectedSize, maximumSize);
  const size =
    compression === 'lz4' ? lz4Size(bytes, expectedSize) : bitshuffleSize(bytes, elementSize, expectedSize);
  if (size > maximumSize) throw tooLarge(size, maximumSize);
  const output = Buffer.allocUnsafeSlow(size);
  if (size > 0) decompressInto(bytes, compression, elementSize, output);
  return output;
}

function tooLarge(size: number, maximumSize: number): CompressionError {
  return new CompressionError(`${size} bytes are announced; at most ${maximumSize} are accepted`);
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
    if (codec.lz4Decompress(lz4Block(bytes), output) !== output.length) {
      throw new CompressionError('lz4 data is broken or of another size than announced');
    }
  } else {
    if (bytes.length !== output.length) {
      throw new CompressionError(`${bytes.length} bytes came where ${output.length} were announced`);
    }
    output.set(bytes);
  }
}

/** LZ4 writes at most 255 bytes for one byte of input; rounded up generously. */
const MAXIMUM_EXPANSION = 256;

/** Uncompressed size that a bit shuffle header gives, checked against what may be; a header cut short with size 0 is accepted. */
function bitshuffleSize(bytes: Uint8Array, elementSize: number, expectedSize: number | undefined): number {
  if (bytes.length < 8) {
    throw new CompressionError('bitshuffle_lz4 data is shorter than its header of 12 bytes');
  }
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0));
  if (size % elementSize !== 0) {
    throw new CompressionError(`bitshuffle_lz4 data: ${size} bytes are not a multiple of ${elementSize}`);
  }
  if (expectedSize !== undefined && size !== expectedSize && size !== 0) {
    throw new CompressionError(
      `bitshuffle_lz4 data of ${size} bytes came where ${expectedSize} were announced`,
    );
  }
  if (size > bytes.length * MAXIMUM_EXPANSION) {
    throw new CompressionError(
      `bitshuffle_lz4 data: ${bytes.length} bytes cannot hold the announced ${size}`,
    );
  }
  return size;
}

/**
 * Senders disagree on the byte order of the length prefix (C++ always writes big endian, Python little endian), so it
 * is not used: shape and type tell the size, else the block itself.
 */
function lz4Size(bytes: Uint8Array, expectedSize: number | undefined): number {
  const block = lz4Block(bytes);
  const size = expectedSize ?? expandedSize(block);
  if (size < 0 || size > block.length * MAXIMUM_EXPANSION) {
    throw new CompressionError('lz4 data is broken or of another size than announced');
  }
  return size;
}

function lz4Block(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 4) throw new CompressionError('lz4 data is shorter than its length of 4 bytes');
  return bytes.subarray(4);
}
