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

/** The addon, or its plain twin where there is none. */
export const codec: BlockCodec = addon ?? referenceCodec;

/** zeromq.js hands out parts above this size without copying them. */
const EXTERNAL_FROM = 128;

/**
 * Gives the memory of received parts back at once; they have length 0 afterwards. Without the addon the garbage collector does
 * it later. Never release what was handed to a sender: it would read freed memory.
 */
export function releaseParts(parts: readonly Uint8Array[]): void {
  if (addon === null) return;
  for (const { length, byteOffset, buffer } of parts) {
    // smaller parts lie in the shared pool of Node or cost nothing
    const isExternal = length > EXTERNAL_FROM && byteOffset === 0 && length === buffer.byteLength;
    if (isExternal && buffer instanceof ArrayBuffer) addon.detach(buffer);
  }
}
