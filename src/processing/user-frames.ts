/**
 * What users' JavaScript and TypeScript functions get and give, and the built-in functions in that form. `camserver/processing`
 * exports it for scripts.
 */
import ndarray from 'ndarray';
import type { TypedArray } from '../common/dtype.js';
import type { JsonObject } from '../common/json.js';
import { type ArrayValue, type ArrayView, type ChannelValue, TypedScalar } from '../common/values.js';
import { processImage as processDefault } from './functions/default.js';
import { PROCESSING_FUNCTIONS } from './functions/index.js';
import type { ProcessingInput } from './functions/types.js';
import type { Axis } from './kernels.js';
import { kernels } from './native.js';

/** A strided array with the methods of the package ndarray; slicing and mirroring copy nothing. */
export interface NdArray<D extends TypedArray = TypedArray> extends ArrayView<D> {
  readonly size: number;
  readonly dimension: number;
  get(...indexes: number[]): number;
  set(...indexesAndValue: number[]): number;
  /** Position of an element in `data`. */
  index(...indexes: number[]): number;
  /** Without the first elements of each dimension. */
  lo(...counts: number[]): NdArray<D>;
  /** Only the first elements of each dimension. */
  hi(...counts: number[]): NdArray<D>;
  /** Every n-th element; -1 mirrors. */
  step(...steps: number[]): NdArray<D>;
  transpose(...dimensions: number[]): NdArray<D>;
  /** Fixes indexes; null keeps a dimension. */
  pick(...indexes: (number | null)[]): NdArray<D>;
}

/** A point in time. */
export interface FrameTime {
  /** Since 1970-01-01 UTC. */
  readonly seconds: number;
  /** Within the second. */
  readonly nanoseconds: number;
}

/** What `processImage` of a pipeline of type `processing` gets. */
export interface ImageFrame {
  /**
   * The prepared image; row y, column x is `image.get(y, x)`. Its pixels may be changed only if the configuration says
   * `copy: true`.
   */
  readonly image: NdArray;
  readonly pulseId: number;
  readonly timestamp: FrameTime;
  /** One element per column. */
  readonly xAxis: Axis;
  /** One element per row. */
  readonly yAxis: Axis;
  /** The configuration with its run-time keys. Changes last until the next update of the configuration. */
  readonly parameters: JsonObject;
  /** Channels of the message besides the camera's own, and merged ones. */
  readonly bsdata: Readonly<Record<string, ChannelValue>>;
  /** The background of mode `passive`. */
  readonly background: NdArray<Uint16Array> | null;
  /** Why the image could not be prepared as configured; null: it was. */
  readonly processingError: string | null;
}

/** What `process` of a pipeline of type `stream` gets. */
export interface StreamMessage {
  /** The channels of the message, in its order. */
  readonly data: Record<string, ChannelValue>;
  readonly pulseId: number;
  readonly timestamp: FrameTime;
  readonly parameters: JsonObject;
}

/** What `process` of a pipeline of type `custom` gets. */
export interface CustomCall {
  readonly parameters: JsonObject;
  /** True on the first call of the pipeline. */
  readonly init: boolean;
}

/**
 * What a function may give for a channel. A number travels as float64, a bigint as int64; `new TypedScalar('uint16', 3)` has
 * the type it says. Typed arrays and ndarrays keep their type, a list of numbers becomes float64.
 */
export type UserValue = ChannelValue | TypedArray | NdArray | readonly number[];

/** Channels by name, in the order in which they are sent. */
export type Channels = Record<string, UserValue>;

/** What `process` of a pipeline of type `custom` gives. */
export interface CustomMessage {
  /** Null or empty: nothing is sent. */
  readonly data: Channels | null;
  /** Default: now. */
  readonly timestamp?: FrameTime | null;
  /** Default: the sender counts. */
  readonly pulseId?: number | null;
  /** Bytes to be added to the received ones. */
  readonly size?: number;
}

/** The default channels of a frame: statistics, profiles, fits, on request good region and slices. */
export function processImage(frame: ImageFrame): Record<string, ChannelValue> {
  return Object.fromEntries(processDefault(processingInput(frame), frame.parameters));
}

/**
 * Calls a built-in function by its name: `default`, `transparent`, `merge`, `psen`.
 * @returns null when it drops the frame
 * @throws Error when there is no such function
 */
export function processWith(name: string, frame: ImageFrame): Record<string, ChannelValue> | null {
  const process = Object.hasOwn(PROCESSING_FUNCTIONS, name) ? PROCESSING_FUNCTIONS[name] : undefined;
  if (process === undefined) {
    const names = Object.keys(PROCESSING_FUNCTIONS).join(', ');
    throw new Error(`There is no built-in function '${name}'; there are ${names}`);
  }
  const channels = process(processingInput(frame), frame.parameters);
  return channels && Object.fromEntries(channels);
}

/** Statistics are made anew, because the function may have changed the pixels. */
function processingInput(frame: ImageFrame): ProcessingInput {
  const { image, xAxis, yAxis, pulseId, timestamp, bsdata, background, processingError } = frame;
  return {
    image,
    x: xAxis,
    y: yAxis,
    kernels,
    statistics: null,
    pulseId: BigInt(pulseId),
    timestamp: { seconds: BigInt(timestamp.seconds), nanoseconds: BigInt(timestamp.nanoseconds) },
    bsdata: new Map(Object.entries(bsdata)),
    background,
    processingError,
    spectrometer: null,
  };
}

/** An ndarray over the same memory. */
export function toNdArray<D extends TypedArray>(value: ArrayView<D> | ArrayValue<D>): NdArray<D> {
  const { data, shape } = value;
  // The declarations of the package do not know shared memory.
  const plain = data as unknown as number[];
  const view =
    'stride' in value
      ? ndarray(plain, [...shape], [...value.stride], value.offset)
      : ndarray(plain, [...shape]);
  return view as unknown as NdArray<D>;
}

/** The number of a channel that is one, whatever its type; NaN for a channel without value. */
export function numberOf(value: ChannelValue): number {
  if (value === null) return Number.NaN;
  return Number(value instanceof TypedScalar ? value.value : value);
}
