/**
 * LZ4 blocks in plain TypeScript, after the published block format: sequences of a token, literals, an offset and a match.
 */

const MINIMUM_MATCH = 4;
/** A block ends with at least 5 literals, and its last match begins at least 12 bytes before the end. */
const LAST_LITERALS = 5;
const MATCH_LIMIT = 12;
const MAXIMUM_OFFSET = 65535;
const HASH_BITS = 14;

/** @returns bytes written, or -1 when the block is broken or does not fit */
export function decompressBlock(input: Uint8Array, output: Uint8Array): number {
  let from = 0;
  let to = 0;
  while (from < input.length) {
    const token = input[from++];
    const literals = readLength(input, from, token >> 4);
    if (literals === null) return -1;
    from = literals.next;
    if (literals.length > input.length - from || literals.length > output.length - to) return -1;
    output.set(input.subarray(from, from + literals.length), to);
    from += literals.length;
    to += literals.length;
    if (from === input.length) return to;
    if (input.length - from < 2) return -1;
    const offset = input[from] | (input[from + 1] << 8);
    const match = readLength(input, from + 2, token & 15);
    if (match === null || offset === 0 || offset > to) return -1;
    from = match.next;
    const end = to + match.length + MINIMUM_MATCH;
    if (end > output.length) return -1;
    for (; to < end; to += 1) output[to] = output[to - offset];
  }
  return -1;
}

/**
 * The size to which a block expands, found by walking its sequences without writing anything.
 * @returns -1 when the block is broken
 */
export function expandedSize(input: Uint8Array): number {
  let from = 0;
  let size = 0;
  while (from < input.length) {
    const token = input[from++];
    const literals = readLength(input, from, token >> 4);
    if (literals === null || literals.length > input.length - literals.next) return -1;
    from = literals.next + literals.length;
    size += literals.length;
    if (from === input.length) return size;
    const match = readLength(input, from + 2, token & 15);
    if (match === null) return -1;
    from = match.next;
    size += match.length + MINIMUM_MATCH;
  }
  return -1;
}

function readLength(input: Uint8Array, at: number, nibble: number): { length: number; next: number } | null {
  if (nibble < 15) return { length: nibble, next: at };
  let length = 15;
  for (let next = at; next < input.length; next += 1) {
    length += input[next];
    if (input[next] < 255) return { length, next: next + 1 };
  }
  return null;
}

/** Largest output for `size` bytes of input. */
export function compressBound(size: number): number {
  return size + Math.ceil(size / 255) + 16;
}

/** @returns bytes written, 0 when the output is smaller than `compressBound` asks */
export function compressBlock(input: Uint8Array, output: Uint8Array): number {
  if (output.length < compressBound(input.length)) return 0;
  const lastPositions = new Int32Array(1 << HASH_BITS).fill(-1);
  let to = 0;
  let anchor = 0;
  let position = 0;
  while (position <= input.length - MATCH_LIMIT - 1) {
    const word = read32(input, position);
    const hash = Math.imul(word, 2654435761) >>> (32 - HASH_BITS);
    const candidate = lastPositions[hash];
    lastPositions[hash] = position;
    if (candidate < 0 || position - candidate > MAXIMUM_OFFSET || read32(input, candidate) !== word) {
      position += 1;
      continue;
    }
    const limit = input.length - LAST_LITERALS;
    let end = position + MINIMUM_MATCH;
    while (end < limit && input[end] === input[candidate + end - position]) end += 1;
    to = writeSequence(output, to, input.subarray(anchor, position), end - position, position - candidate);
    position = end;
    anchor = end;
  }
  return writeSequence(output, to, input.subarray(anchor), 0, 0);
}

/** A match length of 0 writes the closing literals. */
function writeSequence(
  output: Uint8Array,
  at: number,
  literals: Uint8Array,
  matchLength: number,
  offset: number,
): number {
  const extra = matchLength === 0 ? 0 : matchLength - MINIMUM_MATCH;
  output[at] = (Math.min(literals.length, 15) << 4) | Math.min(extra, 15);
  let to = writeLength(output, at + 1, literals.length);
  output.set(literals, to);
  to += literals.length;
  if (matchLength === 0) return to;
  output[to] = offset & 255;
  output[to + 1] = offset >> 8;
  return writeLength(output, to + 2, extra);
}

function writeLength(output: Uint8Array, at: number, length: number): number {
  if (length < 15) return at;
  let to = at;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) output[to++] = 255;
  output[to++] = rest;
  return to;
}

function read32(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}
