/**
 * JSON as the contract has it: separators with a blank, non-ASCII escaped, non-finite numbers as null, and floats that keep
 * their decimal point.
 */
import { parseJson } from './json/reader.js';
import { copyProperty, type JsonObject, type JsonValue } from './json/values.js';
import { formatJson } from './json/writer.js';

export { JsonSyntaxError, parseAnswer, parseJson } from './json/reader.js';
export { copyProperty, isFloatLiteral, type JsonObject, type JsonValue } from './json/values.js';
export { formatJson, PreparedJson } from './json/writer.js';

/** A new object with the keys of `base` overlaid by those of `overlay`; literal kinds are kept. */
export function mergeObjects(base: JsonObject, overlay: JsonObject): JsonObject {
  const merged: JsonObject = {};
  for (const source of [base, overlay])
    for (const key of Object.keys(source)) copyProperty(merged, source, key);
  return merged;
}

/** A deep copy with literal kinds kept. */
export function cloneJson<T extends JsonValue>(value: T): T {
  return parseJson(formatJson(value)) as T;
}
