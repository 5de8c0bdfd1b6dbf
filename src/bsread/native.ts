/**
 * The addon's part of the wire: bit shuffle, LZ4 blocks, and the release of ZeroMQ memory. Without the addon the plain
 * TypeScript twin in `reference/` serves.
 */
import { loadAddon } from '../common/addon.js';
import { referenceCodec } from './reference/codec.js';

/** The block codec; both implementations write the same container, and read each other's. */
export interface BlockCodec {
  /** Bytes that the output of `bitshuffleCompress` may need. */
  bitshuffleBound(elementCount: number, elementSize: number): number;
  /** @returns bytes written, header included; 0 when it is impossible */
  bitshuffleCompress(input: Uint8Array, elementSize: number, output: Uint8Array): number;
  /** @returns null on success, else what is wrong with the input */
  bitshuffleDecompress(input: Uint8Array, elementSize: number, output: Uint8Array): string | null;
  /** One raw LZ4 block. @returns bytes written, 0 when the output is too small */
  lz4Compress(input: Uint8Array, output: Uint8Array): number;
  /** @returns bytes written, negative when the input is broken or the output too small */
  lz4Decompress(input: Uint8Array, output: Uint8Array): number;
}

interface Addon extends BlockCodec {
  detach(buffer: ArrayBuffer): void;
}

const { addon } = loadAddon<Addon>();

export const codec: BlockCodec = addon ?? referenceCodec;

/**
 * Gives external memory back at once; the buffer has length 0 afterwards. Without the addon the garbage collector does it
 * later.
 */
export function releaseMemory(bytes: Uint8Array): void {
  if (addon !== null && bytes.buffer instanceof ArrayBuffer) addon.detach(bytes.buffer);
}
