/**
 * The addon's part of the wire: bit shuffle, LZ4 blocks, and the release of ZeroMQ memory. Without the addon the plain
 * TypeScript twin in `reference/` serves.
 */
import { loadAddon } from '../common/addon.js';
import { type BlockCodec, referenceCodec } from './reference/codec.js';

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
