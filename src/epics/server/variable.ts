/**
 * The variables of a Channel Access server: values, and how requests read them in other types.
 */
import { allocateElements, type TypedArray } from '../../common/dtype.js';
import { arrayValue, type Timestamp } from '../../common/values.js';
import { Command, ECA_NORMAL, type MessageFields } from '../message.js';
import {
  type CaValue,
  elementTypeOfNative,
  encodeReading,
  type NativeType,
  splitDbrType,
} from '../values.js';

/** Requests for graphics and control data are refused with it. */
const ECA_BADTYPE = 114;
const LAST_SUPPORTED_TYPE = 20;

export interface Variable {
  readonly type: NativeType;
  readonly isWritable: boolean;
  value: CaValue;
  timestamp: Timestamp;
  status: number;
  severity: number;
}

/** The reply to a read request; a count of 0 asks for all elements. */
export function readReply(
  variable: Variable,
  request: { dataType: number; dataCount: number; parameter2: number },
): MessageFields {
  const { dataType, dataCount, parameter2 } = request;
  if (dataType > LAST_SUPPORTED_TYPE) {
    return { command: Command.readNotify, dataType, dataCount, parameter1: ECA_BADTYPE, parameter2 };
  }
  const value = convertValue(variable.value, splitDbrType(dataType).type);
  const count = dataCount === 0 ? lengthOf(value) : Math.min(dataCount, lengthOf(value));
  const payload = encodeReading(dataType, firstElements(value, count), variable);
  return {
    command: Command.readNotify,
    dataType,
    dataCount: count,
    parameter1: ECA_NORMAL,
    parameter2,
    payload,
  };
}

/** Numbers in the element type of the native type; texts as they are. */
export function toCaValue(type: NativeType, value: number[] | TypedArray | string[]): CaValue {
  const element = elementTypeOfNative(type);
  if (element === null) return value as string[];
  if (ArrayBuffer.isView(value)) return arrayValue(value);
  const data = allocateElements(element, value.length) as Float64Array;
  data.set(value as number[]);
  return arrayValue(data);
}

/** A value read or written as another native type. */
export function convertValue(value: CaValue, type: NativeType): CaValue {
  const element = elementTypeOfNative(type);
  if (element === null) {
    return Array.isArray(value) ? value : Array.from(value.data as Float64Array, (item) => String(item));
  }
  if (!Array.isArray(value) && value.type === element) return value;
  return toCaValue(type, Array.from(Array.isArray(value) ? value : (value.data as Float64Array), Number));
}

export function lengthOf(value: CaValue): number {
  return Array.isArray(value) ? value.length : value.data.length;
}

function firstElements(value: CaValue, count: number): CaValue {
  if (count === lengthOf(value)) return value;
  return Array.isArray(value) ? value.slice(0, count) : arrayValue(value.data.subarray(0, count));
}
