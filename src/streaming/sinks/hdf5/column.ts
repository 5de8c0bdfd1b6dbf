/**
 * A channel as a dataset: its format, and its values as rows of bytes.
 */
import { type ElementType, elementSize, type TypedArray, viewElements } from '../../../common/dtype.js';
import { type ChannelValue, isArrayValue, TypedScalar } from '../../../common/values.js';
import type { Creation } from '../../../hdf5/index.js';
import { formatOf } from '../../channel-format.js';

/** Longer texts are cut, as the readers of these files expect. */
export const TEXT_BYTES = 1000;

export interface Column {
  readonly name: string;
  readonly type: ElementType | 'string';
  /** Slowest dimension first; null for scalars. */
  readonly shape: readonly number[] | null;
  readonly rowSize: number;
}

/** Null for a value that has no format: null, and arrays without elements, which HDF5 cannot chunk. */
export function columnOf(name: string, value: ChannelValue): Column | null {
  const format = formatOf(value);
  if (format === null || format.shape?.includes(0)) return null;
  const elements = (format.shape ?? []).reduce((product, size) => product * size, 1);
  const size = format.type === 'string' ? TEXT_BYTES : elementSize(format.type);
  return { name, ...format, rowSize: elements * size };
}

export function creationOf({ type, shape }: Column): Creation {
  return { type: type === 'string' ? { bytes: TEXT_BYTES } : type, rowShape: shape ?? [] };
}

/** The bytes of an array that can be written as they are; null when it must be encoded. */
export function bytesOf(column: Column, value: ChannelValue): Uint8Array | null {
  if (!isArrayValue(value) || value.type !== column.type) return null;
  const { buffer, byteOffset, byteLength } = value.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * Writes a value into `row`. Null becomes NaN in floats, 0 in other numbers, an empty text. Numbers are converted to the type of
 * the column as HDF5 does it: fractions are cut, and what is too large becomes the largest possible.
 * @throws Error when a text shall become a number or the other way round
 */
export function encode(column: Column, value: ChannelValue, row: Uint8Array): void {
  const { type, name } = column;
  const isText = typeof value === 'string';
  if (value !== null && isText !== (type === 'string')) {
    throw new Error(
      `Channel '${name}' was ${type} when the file was begun, and is ${isText ? 'a text' : 'a number'} now`,
    );
  }
  if (type === 'string') {
    encodeText(isText ? value : '', row);
    return;
  }
  const target = viewElements(type, row.buffer, row.byteOffset, row.byteLength / elementSize(type));
  if (isArrayValue(value)) encodeElements(type, value.data, target);
  else
    target.fill(
      element(type, value instanceof TypedScalar ? value.value : (value as number | null)) as never,
    );
}

/** The rest of the row is 0; a character is never cut in half. */
function encodeText(text: string, row: Uint8Array): void {
  row.fill(0);
  new TextEncoder().encodeInto(text, row);
}

function encodeElements(type: ElementType, source: TypedArray, target: TypedArray): void {
  for (let index = 0; index < target.length; index += 1) {
    target[index] = element(type, source[index]!) as never;
  }
}

/** One number in the type of the column. */
function element(type: ElementType, value: number | bigint | boolean | null): number | bigint {
  if (type === 'float32' || type === 'float64') return value === null ? Number.NaN : Number(value);
  if (type === 'bool') return value ? 1 : 0;
  const [lowest, highest] = rangeOf(type);
  if (type === 'int64' || type === 'uint64') return clamp(toWhole(value), lowest, highest);
  return Number(clamp(toWhole(value), lowest, highest));
}

function toWhole(value: number | bigint | boolean | null): bigint {
  if (typeof value === 'bigint') return value;
  const number = Math.trunc(Number(value));
  if (Number.isFinite(number)) return BigInt(number);
  return number > 0 ? 2n ** 64n : number < 0 ? -(2n ** 64n) : 0n;
}

function clamp(value: bigint, lowest: bigint, highest: bigint): bigint {
  if (value < lowest) return lowest;
  return value > highest ? highest : value;
}

function rangeOf(type: ElementType): readonly [lowest: bigint, highest: bigint] {
  const bits = BigInt(8 * elementSize(type));
  return type.startsWith('u') ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}
