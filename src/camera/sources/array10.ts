/**
 * `array10`: ZeroMQ messages of the family `array-1.0`: a JSON header with `shape` (rows, columns) and `type` (a name of NumPy),
 * and the pixels.
 */

import { type JsonValue, parseJson } from '../../common/json.js';
import { isJsonObject } from '../../common/leniency.js';
import { MultipartReader, type ParsedMessage } from './polling/multipart.js';
import { imageOfBytes, isPixelType } from './polling/pixels.js';
import { pollingSource } from './polling/polling.js';
import type { SourceDefinition } from './source.js';

const DEFAULT_TYPE = 'int8';

export const array10: SourceDefinition = pollingSource(
  () => new MultipartReader('Array10', parseArray10, false),
  { learnsSize: true },
);

/** @throws an error that says what is wrong */
export function parseArray10(header: Buffer, pixels: Buffer): ParsedMessage {
  const description = parseJson(header.toString('utf8'));
  if (!isJsonObject(description)) throw new Error('the header is not a JSON object');
  const { shape, type = DEFAULT_TYPE } = description;
  if (!isShape(shape)) {
    throw new Error(`the shape is ${JSON.stringify(shape ?? null)}; expected [rows, columns]`);
  }
  if (typeof type !== 'string' || !isPixelType(type)) throw new Error(`unknown type ${JSON.stringify(type)}`);
  return { image: imageOfBytes(pixels, type, shape[0], shape[1]), pulseId: null };
}

function isShape(shape: JsonValue | undefined): shape is [number, number] {
  return Array.isArray(shape) && shape.length === 2 && shape.every((side) => typeof side === 'number');
}
