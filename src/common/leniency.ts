/**
 * Reading values of camera and pipeline configurations. Sites keep documents written for a Python program, so truth and numbers are
 * taken as Python takes them: `1`, `"yes"` and `[0]` are true, `"2"` is a number where a number is wanted.
 */
import { CamServerError } from '../common/errors.js';
import { copyProperty, formatJson, type JsonObject, type JsonValue } from '../common/json.js';

/** Python's truth: null, false, 0, "", [] and {} are false. */
export function isTruthy(value: JsonValue | undefined): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === 'object') return Object.keys(value).length > 0;
  return Boolean(value);
}

/** The number that a value stands for, or null: numbers, booleans, and texts that hold a number. */
export function numberOf(value: JsonValue | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(value)) return null;
  return Number(value);
}

/** The number under `key`, truncated to a whole number; `fallback` when the key is absent, null or false. */
export function requireInteger(
  config: JsonObject,
  key: string,
  fallback: number,
  range: { readonly minimum: number; readonly maximum: number },
): number {
  const value = config[key];
  if (value === null || value === undefined || value === false) return fallback;
  const number = numberOf(value);
  if (number !== null && Math.trunc(number) >= range.minimum && Math.trunc(number) <= range.maximum) {
    return Math.trunc(number);
  }
  throw wrongValue(key, value, `a whole number from ${range.minimum} to ${range.maximum}`);
}

/** The number under `key`; `fallback` when the key is absent, null or false. */
export function requireNumber<T>(config: JsonObject, key: string, fallback: T): number | T {
  const value = config[key];
  if (value === null || value === undefined || value === false) return fallback;
  const number = numberOf(value);
  if (number === null) throw wrongValue(key, value, 'a number');
  return number;
}

/** A whole number of at least `minimum`; what is not a number counts as `fallback`, and what is less as `minimum`. */
export function lenientInteger(value: JsonValue | undefined, minimum: number, fallback: number): number {
  const number = value === null ? null : numberOf(value);
  return number === null ? fallback : Math.max(minimum, Math.trunc(number));
}

/** @throws nothing; builds the error that says which key holds what, and what it should hold */
export function wrongValue(key: string, value: JsonValue | undefined, expected: string): CamServerError {
  const shown = formatJson(value);
  const shortened = shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
  return new CamServerError(
    'INVALID_CONFIGURATION',
    `Invalid value of '${key}': ${shortened}. It must be ${expected}.`,
  );
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Defaults overlaid with every key of `config` that is not null; null under any other key disappears. */
export function overlayDefaults(defaults: JsonObject, config: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const key of Object.keys(defaults)) copyProperty(result, defaults, key);
  for (const key of Object.keys(config)) {
    if (config[key] !== null && config[key] !== undefined) copyProperty(result, config, key);
  }
  return result;
}

/**
 * Checks that `config` has every key of `required`.
 * @param section how the error text calls the object: `configuration`, `image_slices`
 * @throws CamServerError `INVALID_CONFIGURATION`
 */
export function requireKeys(config: JsonObject, required: JsonObject, section: string): void {
  const missing = Object.keys(required).filter((key) => !Object.hasOwn(config, key));
  if (missing.length === 0) return;
  throw new CamServerError(
    'INVALID_CONFIGURATION',
    `The following mandatory attributes were not found in the ${section}: ${quotedList(missing)}`,
  );
}

/** `['a', 'b']`, as Python prints a list of texts. */
export function quotedList(items: readonly string[]): string {
  return `[${items.map((item) => `'${item}'`).join(', ')}]`;
}
