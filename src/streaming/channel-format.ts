/**
 * Formats of channel values: arrays are told apart by shape and element type; of scalars, all integers are one format,
 * all floats one, bool and string one each.
 */
import type { ChannelDefinition, Compression } from '../bsread/types.js';
import type { ElementType, NumericType } from '../common/dtype.js';
import { type ChannelValue, isArrayValue, TypedScalar } from '../common/values.js';

export interface ChannelFormat {
  readonly type: ElementType | 'string';
  /** Slowest dimension first; null for scalars. */
  readonly shape: readonly number[] | null;
}

const SCALAR_FORMATS = new Map<ElementType | 'string', ChannelFormat>();

/** The format of a value, null for null. */
export function formatOf(value: ChannelValue): ChannelFormat | null {
  if (value === null) return null;
  if (isArrayValue(value)) return { type: value.type, shape: value.shape };
  const type = scalarType(value);
  let format = SCALAR_FORMATS.get(type);
  if (format === undefined) {
    format = { type, shape: null };
    SCALAR_FORMATS.set(type, format);
  }
  return format;
}

function scalarType(value: TypedScalar | number | bigint | boolean | string): ElementType | 'string' {
  if (value instanceof TypedScalar) return value.type;
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'bigint') return 'int64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

/** Between a scalar and an array both the type and the shape change. */
export function compareFormats(
  known: ChannelFormat,
  actual: ChannelFormat,
): { typeChanged: boolean; shapeChanged: boolean } {
  if (known.shape === null && actual.shape === null) {
    return { typeChanged: scalarKind(known.type) !== scalarKind(actual.type), shapeChanged: false };
  }
  if (known.shape === null || actual.shape === null) return { typeChanged: true, shapeChanged: true };
  return { typeChanged: known.type !== actual.type, shapeChanged: !sameShape(known.shape, actual.shape) };
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, dimension) => size === b[dimension]);
}

function scalarKind(type: ElementType | 'string'): 'integer' | 'float' | 'bool' | 'string' {
  if (type === 'bool' || type === 'string') return type;
  return type.startsWith('float') ? 'float' : 'integer';
}

/**
 * The scalar in the announced type, or null when it would not keep its value there.
 * Integers fit types of sufficient range or precision, floats fit floats without rounding; anything else does not fit.
 */
export function convertScalar(value: ChannelValue, type: ElementType | 'string'): ChannelValue {
  if (value === null || isArrayValue(value) || type === 'string' || type === 'bool') return null;
  const kind = scalarKind(scalarType(value));
  const number = value instanceof TypedScalar ? value.value : value;
  if (typeof number !== 'number' && typeof number !== 'bigint') return null;
  if (type === 'float32' || type === 'float64') return convertToFloat(number, type);
  if (kind !== 'integer') return null;
  const whole = BigInt(number);
  const [lowest, highest] = integerRange(type);
  if (whole < lowest || whole > highest) return null;
  return new TypedScalar(type, type.endsWith('64') ? whole : Number(whole));
}

function convertToFloat(number: number | bigint, type: 'float32' | 'float64'): TypedScalar | null {
  const float = Number(number);
  if (typeof number === 'bigint' && BigInt(float) !== number) return null;
  if (type === 'float32' && !Object.is(Math.fround(float), float)) return null;
  return new TypedScalar(type, float);
}

function integerRange(type: NumericType): readonly [bigint, bigint] {
  const bits = BigInt(/\d+$/.exec(type)![0]);
  return type.startsWith('u') ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
}

/** The entry of the data header for a channel of that format. */
export function definitionOf(
  name: string,
  format: ChannelFormat,
  compression: Compression,
): ChannelDefinition {
  return {
    name,
    type: format.type,
    shape: format.shape === null ? [1] : [...format.shape].reverse(),
    encoding: 'little',
    ...(compression === 'none' ? {} : { compression }),
  };
}
