/**
 * NumPy's .npy files, versions 1.0 to 3.0: one array with its type, order and shape.
 */
import {
  type ElementType,
  elementSize,
  numpyTypeString,
  parseNumpyTypeString,
  viewElements,
} from './dtype.js';
import { CamServerError } from './errors.js';
import type { ArrayValue } from './values.js';

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
const ALIGNMENT = 64;

/** Writes an array as version 1.0, little endian, row-major. */
export function formatNpy(array: ArrayValue): Buffer {
  const dimensions = array.shape.map((n) => `${n},`).join(' ');
  const shape = array.shape.length > 1 ? dimensions.slice(0, -1) : dimensions;
  const text = `{'descr': '${numpyTypeString(array.type)}', 'fortran_order': False, 'shape': (${shape}), }`;
  const headerSize = Math.ceil((MAGIC.length + 4 + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = Buffer.alloc(headerSize, ' ');
  MAGIC.copy(header);
  header.writeUInt8(1, 6);
  header.writeUInt8(0, 7);
  header.writeUInt16LE(headerSize - 10, 8);
  header.write(text, 10, 'latin1');
  header.write('\n', headerSize - 1);
  const { buffer, byteOffset, byteLength } = array.data;
  return Buffer.concat([header, new Uint8Array(buffer, byteOffset, byteLength)]);
}

/** Whether the bytes begin as such a file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.equals(bytes.subarray(0, MAGIC.length));
}

/**
 * Reads an array of any type that CamServer knows, in either byte order, row- or column-major; the result is in host
 * order, row-major, and shares no memory with `bytes`.
 * @throws CamServerError saying what is wrong
 */
export function parseNpy(bytes: Uint8Array): ArrayValue {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 10 || !file.subarray(0, 6).equals(MAGIC))
    throw invalid('it does not begin as such a file does');
  const version = file.readUInt8(6);
  if (version < 1 || version > 3) throw invalid(`version ${version} is unknown`);
  const lengthSize = version === 1 ? 2 : 4;
  if (file.length < 8 + lengthSize) throw invalid('the header is cut short');
  const headerLength = file.readUIntLE(8, lengthSize);
  const start = 8 + lengthSize + headerLength;
  if (start > file.length) throw invalid('the header is cut short');
  const header = parseHeader(file.toString('latin1', 8 + lengthSize, start));
  const count = header.shape.reduce((product, n) => product * n, 1);
  const size = count * elementSize(header.type);
  if (!Number.isSafeInteger(size) || file.length - start < size) {
    throw invalid(`${file.length - start} bytes of data for the shape (${header.shape.join(', ')})`);
  }
  const data = Buffer.allocUnsafeSlow(size);
  file.copy(data, 0, start, start + size);
  if (header.bigEndian) swapBytes(data, elementSize(header.type));
  const array = viewElements(header.type, data.buffer, data.byteOffset, count);
  const value: ArrayValue = { type: header.type, data: array, shape: header.shape };
  return header.fortranOrder ? toRowMajor(value) : value;
}

interface Header {
  readonly type: ElementType;
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

function parseHeader(text: string): Header {
  const description = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(text)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const shapeText = /['"]shape['"]\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  if (description === undefined || order === undefined || shapeText === undefined) {
    throw invalid('the header lacks descr, fortran_order or shape');
  }
  const type = parseNumpyTypeString(description);
  if (type === null) throw invalid(`the element type '${description}' is not supported`);
  const shape = shapeText
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  if (!shape.every((n) => Number.isSafeInteger(n))) throw invalid(`the shape (${shapeText}) cannot be read`);
  return { ...type, fortranOrder: order === 'True', shape };
}

/** Turns the byte order of elements of `size` bytes, in place. */
export function swapBytes(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else if (size === 8) bytes.swap64();
}

/** Reorders column-major elements; the first index of the file runs fastest. */
export function toRowMajor(value: ArrayValue): ArrayValue {
  const { type, shape } = value;
  const source = value.data as Float64Array;
  const target = viewElements(type, new ArrayBuffer(source.byteLength), 0, source.length) as Float64Array;
  const index = new Array<number>(shape.length).fill(0);
  for (let position = 0; position < source.length; position += 1) {
    let rowMajor = 0;
    for (let axis = 0; axis < shape.length; axis += 1) rowMajor = rowMajor * shape[axis] + index[axis];
    target[rowMajor] = source[position];
    for (let axis = 0; axis < shape.length; axis += 1) {
      index[axis] += 1;
      if (index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return { type, data: target, shape };
}

function invalid(reason: string): CamServerError {
  return new CamServerError('INVALID_NPY', `Not a readable .npy file: ${reason}`);
}
