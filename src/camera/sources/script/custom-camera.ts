/**
 * The base of cameras that users write (`source_type: "script"`):
 *
 *     import { CustomCamera } from 'camserver/camera';
 *     export class my_camera extends CustomCamera {
 *       async connect() { this.device = await openDevice(this.config.source); }
 *       async read(signal) { return { data: await this.device.next(signal), shape: [480, 640] }; }
 *       async disconnect() { await this.device?.close(); }
 *     }
 *
 * Everything but `read` may be left out.
 */

import type { TypedArray } from '../../../common/dtype.js';
import type { JsonObject } from '../../../common/json.js';
import { type ChannelValues, type Timestamp, timestampNow } from '../../../common/values.js';
import type { InstanceLog } from '../../../instances/types.js';

/** Pixels, row-major without gaps, as `[rows, columns]`; or a view as the library ndarray has it. */
export interface CustomImage {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly stride?: readonly number[];
  readonly offset?: number;
}

/** What a camera gets from its instance. */
export interface CustomCameraContext {
  readonly name: string;
  readonly log: InstanceLog;
  /** The configuration as of now. */
  config(): JsonObject;
}

export class CustomCamera {
  constructor(private readonly context: CustomCameraContext) {}

  /** Name of the camera. */
  get name(): string {
    return this.context.name;
  }

  /** The configuration, also a new one that arrives while the camera runs. */
  get config(): JsonObject {
    return this.context.config();
  }

  /** The log of the instance. */
  get log(): InstanceLog {
    return this.context.log;
  }

  /** Throws when the camera cannot be used; the text goes to the log, and the camera is not started. */
  async verifyOnline(): Promise<void> {}

  /** Called once before the first `read`. */
  async connect(): Promise<void> {}

  /** Called once at the end, also when `connect` failed. */
  async disconnect(): Promise<void> {}

  /**
   * The next image in memory of its own, which must not be changed afterwards; null when there is none at the moment. Must not
   * compute for seconds without awaiting anything: the watchdog ends the camera then.
   * @param signal aborted when the camera is to stop
   */
  async read(_signal: AbortSignal): Promise<CustomImage | null> {
    return null;
  }

  /** `[width, height]` of the images, when they are known before the first one. */
  async rawGeometry(): Promise<readonly [number, number] | null> {
    return null;
  }

  /** The time of the image that was just read: seconds since 1970, or seconds and nanoseconds. */
  timestamp(): number | Timestamp {
    return timestampNow();
  }

  /** The pulse id of the image that was just read; null: the stream counts by itself. */
  pulseId(): number | bigint | null {
    return null;
  }

  /**
   * The channels of the message, in their order: `image`, `width`, `height`, `timestamp`, `x_axis`, `y_axis` as given, to which
   * others may be added, and from which some may be removed.
   */
  channels(defaults: ChannelValues): ChannelValues {
    return defaults;
  }
}
