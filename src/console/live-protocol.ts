/**
 * The live view between browser and server: `GET /api/v2/view/{cluster}/{instance}`, upgraded to a WebSocket. Both ends import this
 * file, so it depends on nothing.
 *
 * The server sends the newest message of the stream whenever the last one was acknowledged and the wanted period has passed;
 * it never queues. The image is cut to the visible region and reduced to at most the size asked for.
 */

/** Text messages from the browser, as JSON. Settings may be sent again at any time; each replaces the one before. */
export type ClientMessage =
  | ({ readonly type: 'settings' } & ViewSettings)
  /** The frame of this number is on the screen (or was given up); the next may come. */
  | { readonly type: 'ack'; readonly sequence: number };

export interface ViewSettings {
  /** Visible part in pixels of the full image, `[x0, y0, x1, y1)`; null: all of it. */
  readonly region: readonly [number, number, number, number] | null;
  /** The reduced image is at most this large; 0 × 0: no image wanted, only values. */
  readonly width: number;
  readonly height: number;
  /** Frames per second at most, 1 to 25. */
  readonly rate: number;
  /** How pixels are put together: area mean, or the largest (`peak`). */
  readonly reduction: 'mean' | 'peak';
  /** True: every channel is listed with type, shape and value (the inspector). */
  readonly inspect: boolean;
}

/** Binary messages from the server: `uint32` little endian length of the header, header as UTF-8 JSON, zeros up to a multiple of 8, data. */
export interface FrameHeader {
  readonly type: 'frame';
  /** Ascending; to be acknowledged. */
  readonly sequence: number;
  readonly pulse_id: number;
  /** Milliseconds since 1970 of the message. */
  readonly timestamp: number;
  /** Milliseconds since 1970 by the clock of the server when it was sent. */
  readonly sent: number;
  /** Null when the stream has no image, or none was asked for. */
  readonly image: ImagePlane | null;
  /** Numeric one-dimensional channels: `x_axis`, `x_profile`, `x_fit_gauss_function`, `gr_x_axis`, … */
  readonly arrays: Readonly<Record<string, ArrayPlane>>;
  /** Scalars: numbers (null when not finite), booleans, texts; also small arrays such as `good_region`. */
  readonly scalars: Readonly<Record<string, ScalarValue>>;
  readonly figures: ViewFigures;
  /** Present when `inspect` was asked for. */
  readonly channels?: readonly ChannelDescription[];
}

export type ScalarValue = number | string | boolean | null | readonly (number | null)[];

/** Name of an element type as numpy has it: `uint8`, `uint16`, `int16`, `uint32`, `int32`, `float32`, `float64`. */
export type PlaneType = 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64';

/** Little endian, row-major, beginning `offset` bytes after the header's padding. */
export interface ArrayPlane {
  readonly dtype: PlaneType;
  readonly offset: number;
  readonly length: number;
}

export interface ImagePlane extends ArrayPlane {
  /** Of the sent image. */
  readonly width: number;
  readonly height: number;
  /** Of the image in the stream. */
  readonly full_width: number;
  readonly full_height: number;
  readonly source_dtype: PlaneType;
  /** What was sent, in pixels of the full image. */
  readonly region: readonly [number, number, number, number];
  /** Of the full image: smallest and largest value, 0.1 and 99.9 percentiles, pixels at the upper end of the type. */
  readonly minimum: number;
  readonly maximum: number;
  readonly low: number;
  readonly high: number;
  readonly saturated: number;
  /** Counts of 256 equal bins from `minimum` to `maximum` over (a regular sample of) the full image. */
  readonly histogram: readonly number[] | null;
}

export interface ViewFigures {
  /** Messages per second that the instance sends. */
  readonly stream_rate: number;
  /** Messages that this viewer did not get since it connected, because it was slower than the stream. */
  readonly skipped: number;
  readonly viewers: number;
  /** The rate that the server keeps to, when it lowered the wanted one; else null. */
  readonly limited_to: number | null;
}

export interface ChannelDescription {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[] | null;
  readonly compression: string | null;
  /** At most 1000 elements; text as it is; null where it could not be decoded. */
  readonly value: ScalarValue | readonly (number | string | null)[];
  readonly error: string | null;
}

/** Text messages from the server, as JSON. */
export interface StatusMessage {
  readonly type: 'status';
  readonly state: 'waiting' | 'no_image' | 'ended' | 'too_many_viewers' | 'denied' | 'unsupported' | 'error';
  /** For people. */
  readonly text: string;
}

/** Bytes before the data: length field, header, padding. */
export function dataStart(headerLength: number): number {
  return Math.ceil((4 + headerLength) / 8) * 8;
}

/** Path of the WebSocket, and with a last segment `frame` of downloads: `?format=png|npy|h5|json&messages=5`. */
export function viewPath(cluster: 'pipelines' | 'cameras', instance: string): string {
  return `/api/v2/view/${cluster}/${encodeURIComponent(instance)}`;
}
