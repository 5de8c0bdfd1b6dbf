/**
 * What a source of images is to the camera, one file per source type.
 */
import type { ArrayValue, ChannelValues, Timestamp } from '../../common/values.js';
import type { InstanceCounters, InstanceLog } from '../../instances/types.js';
import type { Image } from '../../processing/kernels.js';
import type { Size } from '../geometry.js';
import type { CameraSettings } from '../settings.js';

/** A raw image on its way in. */
export interface SourceFrame {
  readonly image: Image;
  /** Null: the stream counts by itself. */
  readonly pulseId: bigint | null;
  readonly timestamp: Timestamp;
  /** Gives the memory of the pixels back; called as soon as they are not needed, unless they were sent as they are. */
  readonly release?: () => void;
  /** Adds channels to the message, or takes some away; default the six of every camera. */
  readonly channels?: (defaults: ChannelValues) => ChannelValues;
}

/** `wrong_size`: the image does not have the size of the camera; it was not sent. */
export type PublishResult = 'sent' | 'dropped' | 'wrong_size';

/** The camera, as its source sees it. */
export interface CameraEngine {
  readonly name: string;
  /** The settings as of now; read them anew for each frame. */
  readonly settings: CameraSettings;
  readonly log: InstanceLog;
  readonly counters: InstanceCounters;
  /** The raw size that images are expected to have; null when it is not known yet. */
  readonly size: Size | null;
  /** Announces the raw size; geometry and axes follow. */
  resize(size: Size): void;
  /** Counts the frame as dropped for that reason. */
  drop(reason: string): void;
  /**
   * Transforms and sends one image. The pixels must not be written to afterwards, and may be kept.
   * @throws CameraFailure when the image cannot be sent, and what the transform throws
   */
  publish(frame: SourceFrame): Promise<PublishResult>;
}

/** One running source. */
export interface CameraSource {
  /**
   * Connects, and learns the raw size if that is possible without waiting for a frame.
   * @throws CamServerError when the camera cannot be reached
   */
  open(engine: CameraEngine, stop: AbortSignal): Promise<void>;
  /**
   * Delivers frames until `stop` is aborted.
   * @throws CameraFailure when the instance has to end
   */
  run(engine: CameraEngine, stop: AbortSignal): Promise<void>;
  /** Gives everything back; called once, after `run` or instead of it. */
  close(): void;
}

/** What is needed to reach a camera outside of an instance. */
export interface SourceRequest {
  readonly name: string;
  readonly settings: CameraSettings;
  /** Milliseconds. */
  readonly timeout: number;
}

/** A source type: how to reach such cameras from a server, and how to run one in an instance. */
export interface SourceDefinition {
  create(): CameraSource;
  /** @throws CamServerError saying why the camera is not online */
  checkOnline(request: SourceRequest): Promise<void>;
  /** The raw size, null when the type cannot tell without a running instance. */
  readSize(request: SourceRequest): Promise<Size | null>;
  /** One raw image. @throws CamServerError when none comes in time */
  readImage(request: SourceRequest): Promise<ArrayValue>;
  /**
   * The raw image that the device holds, which can be read while an instance takes the stream; null when it holds none.
   * Missing: the type has no such device.
   */
  readHeldImage?(request: SourceRequest): Promise<ArrayValue | null>;
}
