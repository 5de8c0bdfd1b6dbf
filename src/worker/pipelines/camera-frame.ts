/**
 * What a pipeline of images takes out of a received message.
 */
import type { ReceivedChannel, ReceivedMessage } from '../../bsread/types.js';
import {
  elementSize,
  isElementType,
  type NumericType,
  type TypedArray,
  viewElements,
} from '../../common/dtype.js';
import { type ChannelValues, isArrayValue, type Timestamp, timestampNow } from '../../common/values.js';
import type { FrameTicket } from '../../streaming/accounting.js';
import { takeValue } from '../../streaming/received-values.js';

/** Pixels that are still where they were received, or in memory of their own after averaging. */
export interface PixelSource {
  readonly type: NumericType;
  readonly rows: number;
  readonly columns: number;
  readonly byteLength: number;
  /** The pixels without a copy; null when they must be decompressed or swapped first. */
  view(): TypedArray | null;
  /** Writes the pixels into `target`, which has `byteLength` bytes. @throws Error when they cannot be decoded */
  copyInto(target: Uint8Array): void;
  /** Gives the memory back; a view must not be read afterwards. */
  release(): void;
}

export interface CameraFrame {
  readonly ticket: FrameTicket;
  readonly pulseId: bigint;
  readonly timestamp: Timestamp;
  readonly pixels: PixelSource;
  /** One element per column. */
  readonly xAxis: Float32Array;
  /** One element per row. */
  readonly yAxis: Float32Array;
  /** Channels beyond the six of a camera. */
  readonly extraChannels: ChannelValues;
}

const CAMERA_CHANNELS = new Set(['image', 'timestamp', 'width', 'height', 'x_axis', 'y_axis']);

/**
 * Reads a camera message. Everything but the pixels is copied.
 * @returns null when the message has no image
 * @throws Error when the image does not have two dimensions or is of a type that is no image type
 */
export function readCameraFrame(message: ReceivedMessage, ticket: FrameTicket): CameraFrame | null {
  const image = message.channel('image');
  if (image === undefined || image.frame === null) return null;
  const pixels = new MessagePixels(message, image);
  return {
    ticket,
    pulseId: message.pulseId,
    timestamp: message.timestamp ?? timestampNow(),
    pixels,
    xAxis: readAxis(message, 'x_axis', pixels.columns),
    yAxis: readAxis(message, 'y_axis', pixels.rows),
    extraChannels: message.channels.length === CAMERA_CHANNELS.size ? new Map() : extraChannels(message),
  };
}

class MessagePixels implements PixelSource {
  readonly type: NumericType;
  readonly rows: number;
  readonly columns: number;
  readonly byteLength: number;

  constructor(
    private readonly message: ReceivedMessage,
    private readonly channel: ReceivedChannel,
  ) {
    const { type, shape } = channel.definition;
    if (!isElementType(type)) throw new Error(`Images of type '${type}' cannot be processed`);
    if (shape?.length !== 2) {
      throw new Error(`An image has two dimensions, this one has the shape [${shape?.join(', ') ?? ''}]`);
    }
    this.type = type === 'bool' ? 'uint8' : type;
    this.columns = shape[0]!;
    this.rows = shape[1]!;
    this.byteLength = this.columns * this.rows * elementSize(type);
  }

  view(): TypedArray | null {
    const { definition, frame } = this.channel;
    const size = elementSize(this.type);
    const isPlain = definition.compression === 'none' && (definition.encoding !== 'big' || size === 1);
    if (frame === null || !isPlain || frame.byteLength !== this.byteLength || frame.byteOffset % size !== 0) {
      return null;
    }
    return viewElements(this.type, frame.buffer, frame.byteOffset, this.rows * this.columns);
  }

  copyInto(target: Uint8Array): void {
    if (!this.channel.decodeInto(target)) {
      throw new Error(`The image of pulse ${this.message.pulseId} cannot be decoded`);
    }
  }

  release(): void {
    this.message.release();
  }
}

/** Pixels in memory of their own. */
export function ownPixels(data: TypedArray, type: NumericType, rows: number, columns: number): PixelSource {
  return {
    type,
    rows,
    columns,
    byteLength: data.byteLength,
    view: () => data,
    copyInto: (target) => target.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    release: () => {},
  };
}

/**
 * The pixels as they are, or decoded.
 * @param allocate memory for decoding; new memory by default
 */
export function decodedPixels(
  pixels: PixelSource,
  allocate: (bytes: number) => ArrayBuffer = (bytes) => new ArrayBuffer(bytes),
): TypedArray {
  const view = pixels.view();
  if (view !== null) return view;
  const memory = allocate(pixels.byteLength);
  pixels.copyInto(new Uint8Array(memory, 0, pixels.byteLength));
  return viewElements(pixels.type, memory, 0, pixels.rows * pixels.columns);
}

/** Streams that are no cameras may lack the axes; then they count pixels. */
function readAxis(message: ReceivedMessage, name: string, length: number): Float32Array {
  const value = message.channel(name)?.decode() ?? null;
  if (!isArrayValue(value)) return Float32Array.from({ length }, (_, index) => index);
  const { data } = value;
  return data instanceof BigInt64Array || data instanceof BigUint64Array
    ? Float32Array.from(data, Number)
    : new Float32Array(data);
}

function extraChannels(message: ReceivedMessage): ChannelValues {
  const values: ChannelValues = new Map();
  for (const channel of message.channels) {
    const { name } = channel.definition;
    if (!CAMERA_CHANNELS.has(name)) values.set(name, takeValue(channel));
  }
  return values;
}
