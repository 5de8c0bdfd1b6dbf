/**
 * Images inside JSON (`rest-api.md` 9.9): `{"bytes": <base64, row-major>, "shape": [height, width], "dtype": "<u2"}`.
 */
import { elementSize, numpyTypeString, parseNumpyTypeString, viewElements } from './dtype.js';
import { CamServerError } from './errors.js';
import type { JsonObject, JsonValue } from './json.js';
import { swapBytes } from './npy.js';
import type { ArrayValue } from './values.js';

export function formatImageObject(image: ArrayValue): JsonObject {
  const { buffer, byteOffset, byteLength } = image.data;
  return {
    bytes: Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
    shape: [...image.shape],
    dtype: numpyTypeString(image.type),
  };
}

/** @throws CamServerError INVALID_IMAGE */
export function parseImageObject(value: JsonValue | undefined): ArrayValue {
  const { bytes, shape, dtype } = (typeof value === 'object' && value !== null ? value : {}) as JsonObject;
  if (typeof bytes !== 'string' || typeof dtype !== 'string' || !Array.isArray(shape)) {
    throw invalid("it lacks 'bytes', 'shape' or 'dtype'");
  }
  const element = parseNumpyTypeString(dtype);
  if (element === null) throw invalid(`the element type '${dtype}' is not supported`);
  const dimensions = shape.map(Number);
  const count = dimensions.reduce((product, n) => product * n, 1);
  const size = elementSize(element.type);
  const data = Buffer.allocUnsafeSlow(Buffer.byteLength(bytes, 'base64'));
  const written = data.write(bytes, 'base64');
  if (!dimensions.every((n) => Number.isSafeInteger(n) && n >= 0) || written !== count * size) {
    throw invalid(`${written} bytes do not fit the shape (${dimensions.join(', ')}) of ${dtype}`);
  }
  if (element.bigEndian) swapBytes(data, size);
  return { type: element.type, data: viewElements(element.type, data.buffer, 0, count), shape: dimensions };
}

/**
 * An image given as rows of numbers, as the deprecated `POST background` has it. Decimals are cut and values wrap around
 * like NumPy's conversion to uint16.
 * @throws CamServerError INVALID_IMAGE
 */
export function imageFromRows(rows: JsonValue | undefined): ArrayValue<Uint16Array> {
  if (!Array.isArray(rows) || !Array.isArray(rows[0]) || rows[0].length === 0) {
    throw invalid('the data must be a list of rows, each a list of numbers');
  }
  const width = rows[0].length;
  // before any memory is taken: one wide row and many empty ones are a small document
  const uneven = rows.findIndex((row) => !Array.isArray(row) || row.length !== width);
  if (uneven >= 0) throw invalid(`row ${uneven} must be a list of ${width} numbers, as row 0 is`);
  const data = new Uint16Array(rows.length * width);
  (rows as JsonValue[][]).forEach((row, index) => {
    row.forEach((value, column) => {
      if (typeof value !== 'number') throw invalid(`element ${column} of row ${index} is not a number`);
      data[index * width + column] = value;
    });
  });
  return { type: 'uint16', data, shape: [rows.length, width] };
}

function invalid(reason: string): CamServerError {
  return new CamServerError('INVALID_IMAGE', `Not an image: ${reason}.`);
}
