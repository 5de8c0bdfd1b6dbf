/**
 * Values as users write them, nested lists and typed arrays included, to channel values.
 */
import type { ElementType, TypedArray } from '../common/dtype.js';
import { arrayValue, type ChannelValue, isArrayValue, TypedScalar } from '../common/values.js';
import { convertElements, ValueError } from './values.js';

export type NativeList = readonly (number | bigint | boolean | NativeList)[];

/** A typed array is one-dimensional; lists may be nested but not ragged. */
export type NativeValue = ChannelValue | TypedArray | NativeList;

/**
 * Lists become arrays: of `type` if it is given; else any number gives float64, only booleans give bool, bigints (also with booleans)
 * give int64, and an empty list float64.
 * @throws ValueError for what no channel can carry
 */
export function toChannelValue(
  name: string,
  value: NativeValue,
  type?: ElementType | 'string',
): ChannelValue {
  if (Array.isArray(value)) return fromList(name, value as NativeList, type);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return arrayValue(value as TypedArray);
  if (typeof value === 'object' && value !== null) {
    if (value instanceof TypedScalar || isArrayValue(value as ChannelValue)) return value as ChannelValue;
  } else if (value === null || ['number', 'bigint', 'boolean', 'string'].includes(typeof value)) {
    return value as ChannelValue;
  }
  throw new ValueError(`Channel '${name}' cannot carry a value of the type ${typeof value}`);
}

function fromList(name: string, list: NativeList, type: ElementType | 'string' | undefined): ChannelValue {
  const shape: number[] = [];
  for (let level: unknown = list; Array.isArray(level); level = level[0]) shape.push(level.length);
  const flat: (number | bigint | boolean)[] = [];
  flatten(name, list, shape, 0, flat);
  const elementType = type === undefined || type === 'string' ? typeOfElements(flat) : type;
  return { type: elementType, data: convertElements(elementType, flat), shape };
}

function flatten(
  name: string,
  list: NativeList,
  shape: readonly number[],
  depth: number,
  target: (number | bigint | boolean)[],
): void {
  if (list.length !== shape[depth]) throw new ValueError(`Channel '${name}': the lists differ in length`);
  for (const item of list) {
    if (Array.isArray(item) !== depth < shape.length - 1) {
      throw new ValueError(`Channel '${name}': the lists differ in depth`);
    }
    if (Array.isArray(item)) flatten(name, item, shape, depth + 1, target);
    else if (['number', 'bigint', 'boolean'].includes(typeof item)) target.push(item as number);
    else
      throw new ValueError(
        `Channel '${name}' cannot carry a list with ${item === null ? 'null' : `a ${typeof item}`}`,
      );
  }
}

function typeOfElements(elements: readonly (number | bigint | boolean)[]): ElementType {
  if (elements.length === 0 || elements.some((element) => typeof element === 'number')) return 'float64';
  return elements.every((element) => typeof element === 'boolean') ? 'bool' : 'int64';
}
