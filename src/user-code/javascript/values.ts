/** What a user's function returns, as channel values. */
import { isTypedArray } from '../../common/dtype.js';
import {
  type ArrayView,
  arrayValue,
  type ChannelValue,
  type ChannelValues,
  isArrayValue,
  TypedScalar,
} from '../../common/values.js';
import { compactView } from '../../processing/index.js';

/**
 * @param returned an object or a Map of channels; null and undefined drop the frame
 * @throws TypeError that names the channel whose value cannot be sent
 */
export function toChannelValues(returned: unknown): ChannelValues | null {
  if (returned === null || returned === undefined) return null;
  if (typeof returned !== 'object' || Array.isArray(returned) || ArrayBuffer.isView(returned)) {
    throw new TypeError(
      `The function returned ${describe(returned)}; it must return an object of channels, or null`,
    );
  }
  const entries = returned instanceof Map ? returned : Object.entries(returned);
  const values: ChannelValues = new Map();
  for (const [name, value] of entries) values.set(String(name), toChannelValue(String(name), value));
  return values;
}

function toChannelValue(name: string, value: unknown): ChannelValue {
  switch (typeof value) {
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'string':
      return value;
    case 'object':
      if (value === null || value instanceof TypedScalar) return value;
      if (isTypedArray(value)) return arrayValue(value);
      if (isNdArray(value)) return compactView(value);
      if (isArrayValue(value as ChannelValue)) return value as ChannelValue;
      if (Array.isArray(value)) return listValue(name, value);
  }
  throw new TypeError(
    `Channel '${name}' is ${describe(value)}; channels are numbers, bigints, booleans, texts, typed arrays, ndarrays, lists of numbers, or null`,
  );
}

function isNdArray(value: object): value is ArrayView {
  return (
    'data' in value && 'shape' in value && 'stride' in value && 'offset' in value && isTypedArray(value.data)
  );
}

function listValue(name: string, list: readonly unknown[]): ChannelValue {
  const other = list.find((item) => typeof item !== 'number');
  if (other === undefined) return arrayValue(Float64Array.from(list as number[]));
  throw new TypeError(`Channel '${name}' is a list that holds ${describe(other)}; lists hold numbers only`);
}

function describe(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) {
    const name = value.constructor?.name ?? 'Object';
    return name === 'Object' ? 'an object' : `of type ${name}`;
  }
  return `a ${typeof value}`;
}
