/**
 * Channel values to bytes and back (`docs/protocol.md`, types and shapes).
 */
import {
  allocateElements,
  type ElementType,
  elementSize,
  isElementType,
  type TypedArray,
  viewElements,
} from '../common/dtype.js';
import { type ArrayValue, type ChannelValue, isArrayValue, TypedScalar } from '../common/values.js';
import type { ReceivedDefinition } from './headers.js';
import type { ChannelDefinition } from './types.js';

/** A value that does not fit its channel; the text names the channel. */
export class ValueError extends Error {
  override name = 'ValueError';
}

const isHostLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * The definition that a value implies: typed scalars and arrays keep their type; a plain number is float64, a bigint
 * int64; shapes are reversed to fastest first.
 */
export function deriveDefinition(name: string, value: ChannelValue): ChannelDefinition {
  if (value === null) return { name, type: 'float64', shape: [1] };
  if (isArrayValue(value)) return { name, type: value.type, shape: [...value.shape].reverse() };
  if (value instanceof TypedScalar) return { name, type: value.type, shape: [1] };
  if (typeof value === 'number') return { name, type: 'float64', shape: [1] };
  if (typeof value === 'bigint') return { name, type: 'int64', shape: [1] };
  return { name, type: typeof value === 'boolean' ? 'bool' : 'string', shape: [1] };
}

/**
 * The uncompressed bytes of a value in the byte order of its channel. An array of the announced width is not copied
 * unless its bytes must be swapped, so it must not be changed afterwards. Arrays of the same width are re-labelled, others
 * are converted, saturating.
 * @throws ValueError
 */
export function encodeValue(definition: ChannelDefinition, value: Exclude<ChannelValue, null>): Uint8Array {
  if (definition.type === 'string') {
    if (typeof value !== 'string')
      throw new ValueError(`Channel '${definition.name}' is a string, not ${kindOf(value)}`);
    return Buffer.from(value, 'utf8');
  }
  const data = isArrayValue(value)
    ? sameWidth(definition.type, value)
    : scalarElements(definition.name, definition.type, value);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const mustSwap = (definition.encoding === 'big') === isHostLittleEndian;
  return mustSwap ? swapped(bytes, elementSize(definition.type)) : bytes;
}

function sameWidth(type: ElementType, value: ArrayValue): TypedArray {
  if (elementSize(type) === elementSize(value.type)) return value.data;
  return convertElements(type, value.data);
}

function scalarElements(name: string, type: ElementType, value: ChannelValue): TypedArray {
  const plain = value instanceof TypedScalar ? value.value : value;
  if (typeof plain !== 'number' && typeof plain !== 'bigint' && typeof plain !== 'boolean') {
    throw new ValueError(`Channel '${name}' is ${type}, not ${kindOf(value)}`);
  }
  return convertElements(type, [plain]);
}

/** Truncates towards zero and saturates at the limits of the type; NaN becomes 0 in integers. */
export function convertElements(type: ElementType, source: ArrayLike<number | bigint | boolean>): TypedArray {
  const target = allocateElements(type, source.length);
  const isWide = type === 'int64' || type === 'uint64';
  for (let index = 0; index < source.length; index += 1) {
    const element = source[index] as number | bigint | boolean;
    if (isWide) (target as BigInt64Array)[index] = saturateWide(type, element);
    else (target as Float64Array)[index] = saturate(type, element);
  }
  return target;
}

const INTEGER_LIMITS: Partial<Record<ElementType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
};

function saturate(type: ElementType, element: number | bigint | boolean): number {
  const number = Number(element);
  if (type === 'bool') return number === 0 ? 0 : 1;
  const limits = INTEGER_LIMITS[type];
  return limits === undefined ? number : Math.trunc(Math.min(Math.max(number, limits[0]), limits[1])) || 0;
}

function saturateWide(type: ElementType, element: number | bigint | boolean): bigint {
  const [minimum, maximum] = type === 'int64' ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
  if (typeof element === 'number' && !Number.isFinite(element)) {
    return Number.isNaN(element) ? 0n : element > 0 ? maximum : minimum;
  }
  const wide = typeof element === 'bigint' ? element : BigInt(Math.trunc(Number(element)));
  return wide < minimum ? minimum : wide > maximum ? maximum : wide;
}

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  if (size === 2) copy.swap16();
  else if (size === 4) copy.swap32();
  else if (size === 8) copy.swap64();
  return copy;
}

function kindOf(value: ChannelValue): string {
  return isArrayValue(value) ? 'an array' : value instanceof TypedScalar ? value.type : `a ${typeof value}`;
}

/**
 * Bytes that shape and type announce; undefined when they leave the size open (texts, no shape, `[1]`, which stands for any
 * length).
 */
export function announcedSize(definition: ReceivedDefinition): number | undefined {
  const { type, shape } = definition;
  if (!isElementType(type) || shape === undefined || isOpenShape(shape)) return undefined;
  const size = elementCount(shape) * elementSize(type);
  return Number.isSafeInteger(size) ? size : undefined;
}

/** Bytes per element; 1 for texts; null for types that CamServer does not know. */
export function elementSizeOf(type: string): number | null {
  if (type === 'string') return 1;
  return isElementType(type) ? elementSize(type) : null;
}

const isOpenShape = (shape: readonly number[]): boolean => shape.length === 1 && shape[0] === 1;
const elementCount = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/**
 * The value in uncompressed bytes; numbers are copied only when they must be swapped or are not aligned.
 * `[1]` and `[]` give scalars; other shapes keep their rank.
 * @returns null for no elements
 * @throws ValueError when bytes, type and shape do not fit together
 */
export function decodeValue(definition: ReceivedDefinition, bytes: Uint8Array): ChannelValue {
  const { name, type, shape } = definition;
  if (bytes.length === 0) return null;
  if (type === 'string') return decodeText(definition, bytes);
  if (!isElementType(type)) throw new ValueError(`Channel '${name}' has the unknown type '${type}'`);
  const size = elementSize(type);
  if (bytes.length % size !== 0) {
    throw new ValueError(`Channel '${name}': ${bytes.length} bytes are not a multiple of ${size}`);
  }
  const count = bytes.length / size;
  const isScalar = count === 1 && shape !== undefined && elementCount(shape) === 1 && shape.length <= 1;
  const isOneDimensional = shape === undefined || isOpenShape(shape);
  if (!isOneDimensional && elementCount(shape) !== count) {
    throw new ValueError(`Channel '${name}': ${count} elements do not fill the shape [${shape.join(', ')}]`);
  }
  const data = elementsOf(type, bytes, definition.encoding);
  // scalars may be announced without a shape
  if (isScalar || (shape === undefined && count === 1)) return scalarOf(type, data);
  return { type, data, shape: isOneDimensional ? [count] : [...shape].reverse() };
}

function decodeText(definition: ReceivedDefinition, bytes: Uint8Array): string {
  const { name, shape } = definition;
  if (shape !== undefined && !isOpenShape(shape) && elementCount(shape) !== bytes.length) {
    throw new ValueError(
      `Channel '${name}': ${bytes.length} bytes do not fill the shape [${shape.join(', ')}]`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new ValueError(`Channel '${name}' is not UTF-8`, { cause: error });
  }
}

function elementsOf(type: ElementType, bytes: Uint8Array, encoding: 'little' | 'big'): TypedArray {
  const size = elementSize(type);
  const mustSwap = size > 1 && (encoding === 'big') === isHostLittleEndian;
  const isAligned = bytes.byteOffset % size === 0;
  const usable = mustSwap ? swapped(bytes, size) : isAligned ? bytes : Uint8Array.prototype.slice.call(bytes);
  const data = viewElements(type, usable.buffer, usable.byteOffset, bytes.length / size);
  return type === 'bool' ? Uint8Array.from(data as Uint8Array, (byte) => (byte === 0 ? 0 : 1)) : data;
}

function scalarOf(type: ElementType, data: TypedArray): ChannelValue {
  const value = data[0] as number | bigint;
  return type === 'bool' ? value !== 0 : new TypedScalar(type, value);
}
