/**
 * Channel values on their way from a worker thread to the main thread. Pixels stay where they are, in the frame's slot of
 * shared memory; everything else is small and cloned.
 */
import {
  type ElementType,
  elementSize,
  type NumericType,
  type TypedArray,
  viewElements,
} from '../common/dtype.js';
import {
  type ArrayValue,
  type ChannelValue,
  type ChannelValues,
  isArrayValue,
  TypedScalar,
} from '../common/values.js';
import { allocateOutgoing } from './outgoing-memory.js';

/** A value in a form that structured cloning keeps. */
export type PortableValue =
  | { readonly kind: 'plain'; readonly value: number | bigint | boolean | string | null }
  | { readonly kind: 'scalar'; readonly type: NumericType; readonly value: number | bigint }
  | { readonly kind: 'array'; readonly value: ArrayValue }
  | {
      readonly kind: 'slot';
      readonly type: ElementType;
      readonly shape: readonly number[];
      readonly byteOffset: number;
      readonly length: number;
    };

export type PortableValues = readonly (readonly [name: string, value: PortableValue])[];

/**
 * Prepares values for `postMessage`.
 * @param slot the memory of the frame's slot; arrays that lie in it are passed on by their place. Null: there is none
 */
export function toPortable(values: ChannelValues, slot: SharedArrayBuffer | null): PortableValues {
  return Array.from(values, ([name, value]) => [name, portable(value, slot)] as const);
}

function portable(value: ChannelValue, slot: SharedArrayBuffer | null): PortableValue {
  if (value instanceof TypedScalar) return { kind: 'scalar', type: value.type, value: value.value };
  if (!isArrayValue(value)) return { kind: 'plain', value };
  const { type, shape, data } = value;
  if (data.buffer === slot) {
    return { kind: 'slot', type, shape: [...shape], byteOffset: data.byteOffset, length: data.length };
  }
  // Cloning a view would clone the whole buffer under it.
  const isView = data.byteLength !== data.buffer.byteLength;
  return { kind: 'array', value: { type, shape: [...shape], data: isView ? data.slice() : data } };
}

/**
 * Turns portable values back. Arrays in the slot are copied into fresh memory, because the slot is used again while ZeroMQ
 * may still hold the array.
 * @param wanted channels that it refuses are left out, so that an excluded image costs nothing
 */
export function fromPortable(
  portableValues: PortableValues,
  slot: SharedArrayBuffer | null,
  wanted: (name: string) => boolean = () => true,
): ChannelValues {
  const values: ChannelValues = new Map();
  for (const [name, value] of portableValues) if (wanted(name)) values.set(name, restore(value, slot));
  return values;
}

function restore(portableValue: PortableValue, slot: SharedArrayBuffer | null): ChannelValue {
  switch (portableValue.kind) {
    case 'plain':
    case 'array':
      return portableValue.value;
    case 'scalar':
      return new TypedScalar(portableValue.type, portableValue.value);
    case 'slot': {
      const { type, shape, byteOffset, length } = portableValue;
      return { type, shape, data: copyOut(type, slot!, byteOffset, length) };
    }
  }
}

function copyOut(type: ElementType, slot: SharedArrayBuffer, byteOffset: number, length: number): TypedArray {
  const bytes = length * elementSize(type);
  const copy = allocateOutgoing(bytes);
  new Uint8Array(copy, 0, bytes).set(new Uint8Array(slot, byteOffset, bytes));
  return viewElements(type, copy, 0, length);
}
