/** Half-precision floats (IEEE 754 binary16), which JavaScript of Node 20 has no arrays for. */

let table: Float32Array | null = null;

/** Converts numbers in host byte order, given by their bits. */
export function floatsFromHalves(halves: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 65_536 }, (_, bits) => floatFromHalf(bits));
  const floats = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index += 1)
    floats[index] = table[halves[index] as number] as number;
  return floats;
}

function floatFromHalf(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
