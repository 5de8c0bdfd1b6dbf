/**
 * JSON values whose floats are told from integers. JavaScript has one number type, but the type of `image_scale` 2 differs
 * from that of 2.0; so it is noted, beside each object or array, which of its numbers were written as floats although their
 * value is whole.
 */

const FLOAT_KEYS = Symbol('keys whose literal is a float');

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

type Container = { [FLOAT_KEYS]?: Set<string> };

/** The keys of an object, or the positions of an array, whose whole numbers were written as floats. */
export function floatKeys(container: object): ReadonlySet<string> | undefined {
  return (container as Container)[FLOAT_KEYS];
}

/** Whether the number under `key` was written with a decimal point or an exponent, or is not whole. */
export function isFloatLiteral(container: object, key: string): boolean {
  const value = (container as Record<string, unknown>)[key];
  if (typeof value !== 'number') return false;
  return !Number.isInteger(value) || (floatKeys(container)?.has(key) ?? false);
}

/**
 * Sets a property and carries over whether its literal was a float in `source`.
 * Use it wherever keys move from one configuration object to another.
 */
export function copyProperty(target: JsonObject, source: JsonObject, key: string): void {
  const isFloat = floatKeys(source)?.has(key) ?? false;
  setOwn(target, key, source[key]);
  const marks = (target as Container)[FLOAT_KEYS];
  if (isFloat) markFloat(target, key);
  else marks?.delete(key);
}

/** Notes that the number under `key` was written as a float. */
export function markFloat(container: object, key: string): void {
  const marks = (container as Container)[FLOAT_KEYS];
  if (marks !== undefined) marks.add(key);
  else Object.defineProperty(container, FLOAT_KEYS, { value: new Set([key]), enumerable: false });
}

/** Sets a property; `__proto__` from a request becomes a plain own key instead of a prototype. */
export function setOwn(target: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    (target as Record<string, unknown>)[key] = value;
  }
}
