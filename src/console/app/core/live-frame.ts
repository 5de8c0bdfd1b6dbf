/** Binary messages of the live view, read into typed arrays. */
import type { ElementTypeName, FrameHeader } from '../../live-protocol.js';

export interface LiveFrame {
  readonly header: FrameHeader;
  /** Pixels of the plane; null without an image. */
  readonly plane: Uint8Array | Uint16Array | null;
  /** By channel name. */
  readonly arrays: ReadonlyMap<string, Float64Array>;
  /** Milliseconds since 1970 by the clock of this browser. */
  readonly receivedAt: number;
  readonly bytes: number;
  /** Over how many pictures the pixels are the mean; absent: one. */
  readonly averaged?: number;
}

type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

const ARRAYS: Readonly<
  Record<
    ElementTypeName,
    {
      readonly BYTES_PER_ELEMENT: number;
      new (buffer: ArrayBuffer, offset: number, length: number): NumberArray;
    }
  >
> = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** @throws RangeError for a message that is cut off */
export function decodeFrame(message: ArrayBuffer, receivedAt: number): LiveFrame {
  const headerLength = new DataView(message).getUint32(0, true);
  const start = 4 + headerLength;
  const header = JSON.parse(
    new TextDecoder().decode(new Uint8Array(message, 4, headerLength)),
  ) as FrameHeader;
  const arrays = new Map<string, Float64Array>();
  for (const { name, type, shape, offset } of header.arrays) {
    if (offset === null) continue;
    const length = shape.reduce((product, size) => product * size, 1);
    arrays.set(name, asNumbers(viewOf(message, type, start + offset, length)));
  }
  const { image } = header;
  const plane =
    image === null
      ? null
      : (viewOf(message, image.plane.type, start, image.plane.width * image.plane.height) as
          | Uint8Array
          | Uint16Array);
  return { header, plane, arrays, receivedAt, bytes: message.byteLength };
}

function viewOf(message: ArrayBuffer, type: ElementTypeName, offset: number, length: number): NumberArray {
  const Constructor = ARRAYS[type];
  if (offset % Constructor.BYTES_PER_ELEMENT === 0) return new Constructor(message, offset, length);
  return new Constructor(message.slice(offset, offset + length * Constructor.BYTES_PER_ELEMENT), 0, length);
}

function asNumbers(array: NumberArray): Float64Array {
  if (array instanceof Float64Array) return array;
  if (array instanceof BigInt64Array || array instanceof BigUint64Array)
    return Float64Array.from(array, Number);
  return Float64Array.from(array);
}

/** A scalar as a number; null when it is none. */
export function scalarOf(frame: LiveFrame, name: string): number | null {
  const value = frame.header.scalars[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Value at a pixel of the full image, as far as the plane tells it; null outside. */
export function planeValue(frame: LiveFrame, x: number, y: number): { value: number; exact: boolean } | null {
  const { image } = frame.header;
  if (image === null || frame.plane === null) return null;
  const column = Math.floor((Math.floor(x) - image.region[0]) / image.factor);
  const row = Math.floor((Math.floor(y) - image.region[1]) / image.factor);
  const { width, height, low, scale } = image.plane;
  if (column < 0 || row < 0 || column >= width || row >= height) return null;
  const value = low + frame.plane[row * width + column]! / scale;
  return { value, exact: image.factor === 1 && scale === 1 && frame.averaged === undefined };
}

/** Sums over rows and columns of what is visible, per column and per row of the plane. */
export function localProfiles(frame: LiveFrame): { x: Float64Array; y: Float64Array } | null {
  const { image } = frame.header;
  if (image === null || frame.plane === null) return null;
  const { width, height, low, scale } = image.plane;
  const x = new Float64Array(width);
  const y = new Float64Array(height);
  for (let row = 0; row < height; row += 1) {
    let sum = 0;
    for (let column = 0; column < width; column += 1) {
      const value = low + frame.plane[row * width + column]! / scale;
      x[column]! += value;
      sum += value;
    }
    y[row] = sum;
  }
  return { x, y };
}
