/**
 * Element types: the names used on the bsread wire, their typed arrays, and the NumPy type strings of REST and .npy files.
 */

export type NumericType =
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64';

/** Element types of arrays; `bool` is one byte per element, 0 or 1. */
export type ElementType = NumericType | 'bool';

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

interface TypedArrayConstructor {
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
}

interface ElementTypeInfo {
  readonly size: number;
  readonly array: TypedArrayConstructor;
  /** NumPy kind and size, without the byte order: `u2`. */
  readonly numpy: string;
}

const INFO: Record<ElementType, ElementTypeInfo> = {
  bool: { size: 1, array: Uint8Array as TypedArrayConstructor, numpy: 'b1' },
  int8: { size: 1, array: Int8Array as TypedArrayConstructor, numpy: 'i1' },
  uint8: { size: 1, array: Uint8Array as TypedArrayConstructor, numpy: 'u1' },
  int16: { size: 2, array: Int16Array as TypedArrayConstructor, numpy: 'i2' },
  uint16: { size: 2, array: Uint16Array as TypedArrayConstructor, numpy: 'u2' },
  int32: { size: 4, array: Int32Array as TypedArrayConstructor, numpy: 'i4' },
  uint32: { size: 4, array: Uint32Array as TypedArrayConstructor, numpy: 'u4' },
  int64: { size: 8, array: BigInt64Array as TypedArrayConstructor, numpy: 'i8' },
  uint64: { size: 8, array: BigUint64Array as TypedArrayConstructor, numpy: 'u8' },
  float32: { size: 4, array: Float32Array as TypedArrayConstructor, numpy: 'f4' },
  float64: { size: 8, array: Float64Array as TypedArrayConstructor, numpy: 'f8' },
};

/** Whether `name` is one of the element types, spelt in lower case. */
export function isElementType(name: string): name is ElementType {
  return Object.hasOwn(INFO, name);
}

/** Bytes per element. */
export function elementSize(type: ElementType): number {
  return INFO[type].size;
}

/** A new zero-filled typed array of `length` elements. */
export function allocateElements(type: ElementType, length: number): TypedArray {
  return new INFO[type].array(length);
}

/**
 * A typed array over bytes that are already there, in host byte order.
 * @param byteOffset must be a multiple of the element size (RangeError otherwise)
 */
export function viewElements(
  type: ElementType,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): TypedArray {
  return new INFO[type].array(buffer, byteOffset, length);
}

/** The element type of a typed array; a `Uint8Array` is `uint8`, never `bool`. */
export function elementTypeOf(array: TypedArray): NumericType {
  if (array instanceof Uint8Array) return 'uint8';
  if (array instanceof Uint16Array) return 'uint16';
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Float64Array) return 'float64';
  if (array instanceof Int16Array) return 'int16';
  if (array instanceof Int32Array) return 'int32';
  if (array instanceof BigInt64Array) return 'int64';
  if (array instanceof BigUint64Array) return 'uint64';
  if (array instanceof Uint32Array) return 'uint32';
  return 'int8';
}

/** Whether a value is a typed array of one of the element types. */
export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && Object.values(INFO).some(({ array }) => value instanceof array);
}

/** The NumPy type string in little-endian byte order: `<u2`, `|u1`, `<f8`. */
export function numpyTypeString(type: ElementType): string {
  const { size, numpy } = INFO[type];
  return (size === 1 ? '|' : '<') + numpy;
}

/**
 * Reads a NumPy type string such as `<u2`, `>f8`, `|u1` or `=i4`.
 * @returns the element type and whether the bytes are big endian, or null when CamServer has no such type
 */
export function parseNumpyTypeString(text: string): { type: ElementType; bigEndian: boolean } | null {
  const match = /^([<>|=]?)([a-zA-Z?]\d*)$/.exec(text);
  if (match === null) return null;
  const numpy = match[2] === '?' ? 'b1' : match[2];
  for (const type of Object.keys(INFO) as ElementType[]) {
    if (INFO[type].numpy === numpy) return { type, bigEndian: match[1] === '>' && INFO[type].size > 1 };
  }
  return null;
}
