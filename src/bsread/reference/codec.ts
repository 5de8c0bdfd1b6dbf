/**
 * The bit shuffle container in plain TypeScript; see `docs/protocol.md` for the layout.
 */
import { compressBlock, compressBound, decompressBlock } from './lz4.js';

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

const HEADER_SIZE = 12;
const MAXIMUM_BLOCK_BYTES = 2 ** 26;

function defaultBlock(elementSize: number): number {
  return Math.max(Math.floor(8192 / elementSize / 8) * 8, 128);
}

/** Bits of a block to planes: for each byte of an element and each bit, one bit per element. */
function shuffle(input: Uint8Array, output: Uint8Array, count: number, elementSize: number): void {
  let to = 0;
  for (let byte = 0; byte < elementSize; byte += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      for (let group = 0; group < count; group += 8) {
        let plane = 0;
        for (let i = 0; i < 8; i += 1) plane |= ((input[(group + i) * elementSize + byte] >> bit) & 1) << i;
        output[to++] = plane;
      }
    }
  }
}

function unshuffle(input: Uint8Array, output: Uint8Array, count: number, elementSize: number): void {
  output.fill(0);
  let from = 0;
  for (let byte = 0; byte < elementSize; byte += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      for (let group = 0; group < count; group += 8) {
        const plane = input[from++];
        for (let i = 0; i < 8; i += 1) output[(group + i) * elementSize + byte] |= ((plane >> i) & 1) << bit;
      }
    }
  }
}

/** Element counts of the blocks; the rest below 8 elements follows uncompressed. */
function* blocks(elementCount: number, blockElements: number): Generator<{ start: number; count: number }> {
  for (let start = 0; elementCount - start >= 8; ) {
    const count = Math.min(blockElements, Math.floor((elementCount - start) / 8) * 8);
    yield { start, count };
    start += count;
  }
}

function bitshuffleBound(elementCount: number, elementSize: number): number {
  const block = defaultBlock(elementSize);
  const perBlock = compressBound(block * elementSize) + 4;
  return HEADER_SIZE + (Math.floor(elementCount / block) + 1) * perBlock + 8 * elementSize;
}

function bitshuffleCompress(input: Uint8Array, elementSize: number, output: Uint8Array): number {
  const elementCount = input.length / elementSize;
  if (output.length < bitshuffleBound(elementCount, elementSize)) return 0;
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  const block = defaultBlock(elementSize);
  view.setBigUint64(0, BigInt(input.length));
  view.setUint32(8, block * elementSize);
  const scratch = new Uint8Array(block * elementSize);
  let to = HEADER_SIZE;
  let done = 0;
  for (const { start, count } of blocks(elementCount, block)) {
    const size = count * elementSize;
    shuffle(input.subarray(start * elementSize, start * elementSize + size), scratch, count, elementSize);
    const length = compressBlock(scratch.subarray(0, size), output.subarray(to + 4));
    if (length === 0) return 0;
    view.setUint32(to, length);
    to += 4 + length;
    done = start + count;
  }
  output.set(input.subarray(done * elementSize), to);
  return to + input.length - done * elementSize;
}

function bitshuffleDecompress(input: Uint8Array, elementSize: number, output: Uint8Array): string | null {
  if (input.length < HEADER_SIZE) return 'shorter than its header of 12 bytes';
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (view.getBigUint64(0) !== BigInt(output.length)) return 'announced size differs from the expected one';
  if (output.length % elementSize !== 0) return 'announced size is not a multiple of the element size';
  const blockBytes = view.getUint32(8) === 0 ? defaultBlock(elementSize) * elementSize : view.getUint32(8);
  if (blockBytes % (8 * elementSize) !== 0) return 'block size is not a multiple of 8 elements';
  if (blockBytes > MAXIMUM_BLOCK_BYTES) return 'block size is out of range';
  const elementCount = output.length / elementSize;
  const scratch = new Uint8Array(Math.min(blockBytes, output.length));
  let from = HEADER_SIZE;
  let done = 0;
  for (const { start, count } of blocks(elementCount, blockBytes / elementSize)) {
    const size = count * elementSize;
    if (input.length - from < 4) return 'ends before a block';
    const length = view.getUint32(from);
    from += 4;
    if (length > input.length - from) return 'ends within a block';
    const decoded = decompressBlock(input.subarray(from, from + length), scratch.subarray(0, size));
    if (decoded !== size) return 'a block is not valid LZ4 of the announced size';
    unshuffle(scratch, output.subarray(start * elementSize, start * elementSize + size), count, elementSize);
    from += length;
    done = start + count;
  }
  const leftover = output.length - done * elementSize;
  if (input.length - from < leftover) return 'ends before the last elements';
  output.set(input.subarray(from, from + leftover), done * elementSize);
  return null;
}

/** Bit shuffle and LZ4 in plain TypeScript; gives bytes that any reader of the format understands. */
export const referenceCodec: BlockCodec = {
  bitshuffleBound,
  bitshuffleCompress,
  bitshuffleDecompress,
  lz4Compress: compressBlock,
  lz4Decompress: decompressBlock,
};
