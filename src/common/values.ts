/**
 * The values that channels carry, independent of wire and processing.
 */
import type { ElementType, NumericType, TypedArray } from './dtype.js';
import { elementTypeOf } from './dtype.js';

/** A contiguous row-major array of any number of dimensions. */
export interface ArrayValue<D extends TypedArray = TypedArray> {
  readonly type: ElementType;
  readonly data: D;
  /** Slowest dimension first: `[rows, columns]` of an image. */
  readonly shape: readonly number[];
}

/**
 * A strided view as ndarray has it (every `NdArray` is one): element `[i, j]` is `data[offset + i*stride[0] + j*stride[1]]`.
 * Strides may be negative; cropping and mirroring copy nothing.
 */
export interface ArrayView<D extends TypedArray = TypedArray> {
  readonly data: D;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
}

/**
 * A number with a definite width. A plain JavaScript `number` travels as float64 and a `bigint` as int64;
 * whatever has another type on the wire says so with this class.
 */
export class TypedScalar {
  constructor(
    readonly type: NumericType,
    readonly value: number | bigint,
  ) {}

  /** So that users' functions can calculate with it as with a number. */
  valueOf(): number {
    return Number(this.value);
  }
}

/** One value of one channel; null means that the channel has no value in this message. */
export type ChannelValue = ArrayValue | TypedScalar | number | bigint | boolean | string | null;

/** Channels by name; the order of insertion is the order on the wire. */
export type ChannelValues = Map<string, ChannelValue>;

/** A point in time as the control system gives it. */
export interface Timestamp {
  /** Seconds since 1970-01-01 UTC. */
  readonly seconds: bigint;
  /** Nanoseconds within the second. */
  readonly nanoseconds: bigint;
}

/** Wraps a typed array; without a shape it is one-dimensional. */
export function arrayValue<D extends TypedArray>(
  data: D,
  shape: readonly number[] = [data.length],
): ArrayValue<D> {
  return { type: elementTypeOf(data), data, shape };
}

/** Tells arrays from the other kinds of values. */
export function isArrayValue(value: ChannelValue): value is ArrayValue {
  return typeof value === 'object' && value !== null && 'shape' in value;
}

/** Seconds since 1970 as a 64-bit float: `seconds + nanoseconds / 1e9`. */
export function timestampToSeconds(timestamp: Timestamp): number {
  return Number(timestamp.seconds) + Number(timestamp.nanoseconds) / 1e9;
}

/** Splits float seconds with truncation, as the original does: off by up to about 240 ns at current epochs. */
export function timestampFromSeconds(seconds: number): Timestamp {
  const whole = Math.trunc(seconds);
  return { seconds: BigInt(whole), nanoseconds: BigInt(Math.trunc((seconds - whole) * 1e9)) };
}

/** The present time, with the resolution of the system clock. */
export function timestampNow(): Timestamp {
  const milliseconds = performance.timeOrigin + performance.now();
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds: BigInt(seconds), nanoseconds: BigInt(Math.floor((milliseconds - seconds * 1000) * 1e6)) };
}
