/**
 * The live view between browser and server: `GET /api/v2/view/{cluster}/{instance}`, upgraded to a WebSocket. Both ends import this
 * file, so it depends on nothing.
 *
 * The server sends the newest message of the stream whenever enough of those before were acknowledged and the wanted period has
 * passed; it never queues. The image is cut to the visible region and reduced to at most the size asked for.
 */

/** Text messages from the browser, as JSON. Nothing is sent before the first `view`. Settings may be sent again at any time; each replaces the one before. */
export type ClientMessage =
  | ({ readonly type: 'view' } & ViewSettings)
  /** The frame of this number is on the screen (or was given up); the next may come. */
  | { readonly type: 'ack'; readonly frame: number }
  /** Keep the picture of this pulse for pixel values and downloads for a minute; to be repeated while it is frozen. */
  | { readonly type: 'hold'; readonly pulse_id: number };

/** All members are optional. */
export interface ViewSettings {
  /** Visible part in pixels of the full image, `[left, top, right, bottom)`; null: all of it. */
  readonly region?: readonly [number, number, number, number] | null;
  /** Pixels of the screen. Default 1280 × 960. */
  readonly width?: number;
  readonly height?: number;
  /**
   * The plane is reduced by a whole factor: until it fits into the screen (`inside`, default), or as long as it is at least
   * as fine as the screen (`outside`), for viewers that do the rest themselves.
   */
  readonly fit?: 'inside' | 'outside';
  /** Frames per second at most, 0 (none for now) to 25; default 5. */
  readonly rate?: number;
  /** Bits per second at most, 100 000 to 500 000 000; default 20 000 000. */
  readonly bit_rate?: number;
  /** How pixels are put together: area mean (default), or the largest (`peak`). */
  readonly decimation?: 'mean' | 'peak';
  /** `auto` (default): 16 bits as long as the bit rate allows, else 8. */
  readonly encoding?: 'auto' | 'uint8' | 'uint16';
  /** Frames that may be sent before they are acknowledged, 1 (default) to 3: more hide the way there and back. */
  readonly in_flight?: number;
  /** Values that 8 bits are spread over; null: the automatic range; `full`: minimum and maximum. */
  readonly range?: readonly [number, number] | 'full' | null;
  /** Names of the channels wanted besides the image; null: all. */
  readonly channels?: readonly string[] | null;
}

/**
 * Binary messages from the server: length of the header (`uint32`, little endian), header as UTF-8 JSON padded with blanks
 * so that the data begins at a multiple of 8, data: the plane, then the arrays at their offsets.
 */
export interface FrameHeader {
  readonly type: 'frame';
  /** Ascending from 1; to be acknowledged. */
  readonly frame: number;
  readonly pulse_id: number;
  /** Seconds since 1970 of the message, and the same with all nanoseconds. */
  readonly timestamp: number;
  readonly timestamp_exact: string;
  /** Milliseconds since 1970 by the clock of the server when it was sent. */
  readonly sent_at: number;
  /** Null when the message has no image. */
  readonly image: ImageDescription | null;
  /** Numbers (texts when not finite or beyond 2⁵³), booleans, texts, null. */
  readonly scalars: Readonly<Record<string, number | string | boolean | null>>;
  /** `x_axis`, `x_profile`, `x_fit_gauss_function`, `good_region`, … */
  readonly arrays: readonly ArrayDescription[];
  /** People who look at this instance. */
  readonly viewers: number;
  /** What keeps the rate below the one asked for. */
  readonly limited: 'bit rate' | null;
  /** What made the plane coarser than `fit` asks for. */
  readonly coarser: 'bit rate' | null;
}

export type ElementTypeName =
  | 'bool'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64';

export interface ArrayDescription {
  readonly name: string;
  /** Little endian, row-major. */
  readonly type: ElementTypeName;
  readonly shape: readonly number[];
  /** From the beginning of the data; null when the array is too long to be sent (more than 16 384 elements). */
  readonly offset: number | null;
}

export interface ImageDescription {
  /** Name of its channel. */
  readonly channel: string;
  /** Of the image in the stream. */
  readonly width: number;
  readonly height: number;
  readonly type: ElementTypeName;
  /** What was sent, in pixels of the full image: `[left, top, right, bottom)`. */
  readonly region: readonly [number, number, number, number];
  /** Pixels of the image per pixel of the plane, in both directions. */
  readonly factor: number;
  /** The pixels at the beginning of the data, row-major; the value of an element is `low + element / scale`. */
  readonly plane: {
    readonly width: number;
    readonly height: number;
    readonly type: 'uint8' | 'uint16';
    readonly low: number;
    readonly scale: number;
  };
  /** Of the full image; null when no value is finite. */
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** Percentiles 0.1 and 99.9 of the full image. */
  readonly automatic: readonly [number, number] | null;
  readonly not_finite: number;
  /** Pixels at the upper limit of an integer type of at most 16 bits; null for other types. */
  readonly saturated: number | null;
  /** Equal bins over all values of the full image, at most 256. */
  readonly histogram: {
    readonly low: number;
    readonly bin_width: number;
    readonly counts: readonly number[];
  } | null;
}

/** Text messages from the server, as JSON. */
export type ServerMessage =
  | {
      readonly type: 'hello';
      readonly instance: string;
      readonly limits: { readonly rate: number; readonly bitRate: number };
    }
  /** No message came for some seconds, or the instance is just starting. */
  | { readonly type: 'waiting'; readonly message: string }
  /** The instance ended or does not run; the connection is closed with code 4404. */
  | { readonly type: 'ended'; readonly code: string; readonly message: string }
  | { readonly type: 'held'; readonly pulse_id: number; readonly held: boolean; readonly message?: string }
  /** A message of the viewer was wrong; one that cannot be served closes the connection with code 4400. */
  | { readonly type: 'error'; readonly code: string; readonly message: string };

/** Of `GET …/message`, the inspector: one message for people. */
export interface MessageDescription {
  readonly pulse_id: number;
  readonly timestamp: number;
  readonly timestamp_exact: string;
  readonly channels: readonly {
    readonly name: string;
    readonly type: string;
    /** Fastest dimension first, as in the header of the stream; null when it has none. */
    readonly shape: readonly number[] | null;
    readonly compression: string;
    /** A scalar, or the first elements of an array. */
    readonly value: number | string | boolean | null | readonly (number | string | boolean | null)[];
    /** Number of elements of an array; null for scalars. */
    readonly elements: number | null;
  }[];
}

/** Where the data begins in a binary message, from the length in its first four bytes. */
export function dataStart(headerLength: number): number {
  return 4 + headerLength;
}

/**
 * Path of the WebSocket. Below it: `/message?elements=10`, `/frame?format=png|npy|json&pulse_id=`, `/pixel?pulse_id=&x=&y=`. A
 * WebSocket that is refused answers with a status and a text instead (404 unknown instance, 503 too many viewers).
 */
export function viewPath(cluster: 'pipelines' | 'cameras', instance: string): string {
  return `/api/v2/view/${cluster}/${encodeURIComponent(instance)}`;
}

/** Query of that path for a further window of a viewer who is connected already: it is not counted as another one. */
export const COMPANION = 'companion';
