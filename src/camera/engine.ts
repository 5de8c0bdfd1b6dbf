/**
 * The heart of a camera instance: takes raw images from the source, and publishes them as the configuration says. A new
 * configuration holds from the next image on, whether one comes or not.
 */

import { elementSize } from '../common/dtype.js';
import { errorText } from '../common/errors.js';
import { formatJson } from '../common/json.js';
import { spanTime, type Tracer } from '../common/traces/index.js';
import { type ArrayValue, timestampToSeconds } from '../common/values.js';
import type { InstanceCounters, InstanceLog } from '../instances/types.js';
import { CameraFailure, ExitCode } from './failure.js';
import type { Forwarder } from './forwarder.js';
import type { Size } from './geometry.js';
import type { CameraOutput } from './output.js';
import type { CameraSettings } from './settings.js';
import type { CameraEngine, PublishResult, SourceFrame } from './sources/source.js';
import type { TransformKernels } from './transform.js';
import { type CameraView, createCameraView } from './view.js';

export interface EngineParts {
  readonly name: string;
  readonly log: InstanceLog;
  readonly counters: InstanceCounters;
  readonly tracer: Tracer | null;
  readonly kernels: TransformKernels;
  readonly output: CameraOutput;
  readonly forwarder: Forwarder | null;
}

export class Engine implements CameraEngine {
  readonly name: string;
  readonly log: InstanceLog;
  readonly counters: InstanceCounters;
  private view: CameraView | null = null;
  private raw: Size | null = null;
  private lastImage: ArrayValue | null = null;
  private rawListeners: ((image: SourceFrame['image']) => void)[] = [];

  constructor(
    private readonly parts: EngineParts,
    private current: CameraSettings,
    private background: ArrayValue | null,
  ) {
    ({ name: this.name, log: this.log, counters: this.counters } = parts);
  }

  get settings(): CameraSettings {
    return this.current;
  }

  get size(): Size | null {
    return this.raw;
  }

  /** Width and height as published, null before they are known. */
  get publishedSize(): Size | null {
    return this.view === null ? null : this.view.geometry.region;
  }

  /** The last image that was published. */
  get publishedImage(): ArrayValue | null {
    return this.lastImage;
  }

  /** Calls `listener` with the next raw image. */
  onNextRawImage(listener: (image: SourceFrame['image']) => void): void {
    this.rawListeners.push(listener);
  }

  resize(size: Size): void {
    this.raw = size;
    this.refresh();
  }

  /**
   * @param background the array that `settings.geometry.background` names
   * @throws CamServerError when nothing of the image would be left; everything stays as it was then
   */
  update(settings: CameraSettings, background: ArrayValue | null): void {
    const before = { settings: this.current, background: this.background };
    this.current = settings;
    this.background = background;
    try {
      this.refresh();
    } catch (error) {
      this.current = before.settings;
      this.background = before.background;
      throw error;
    }
    this.parts.output.update(settings.output);
  }

  drop(reason: string): void {
    const { dropped } = this.counters;
    dropped[reason] = (dropped[reason] ?? 0) + 1;
  }

  async publish(frame: SourceFrame): Promise<PublishResult> {
    const { tracer, output } = this.parts;
    const start = tracer === null ? 0 : spanTime();
    const result = await this.transformAndSend(frame);
    if (result !== 'wrong_size') tracer?.frame('camera frame', start, output.pulseId, result);
    return result;
  }

  private async transformAndSend(frame: SourceFrame): Promise<PublishResult> {
    for (const listener of this.rawListeners.splice(0)) listener(frame.image);
    const { view } = this;
    const image = view?.transform(frame.image);
    if (image?.data.buffer !== frame.image.data.buffer) frame.release?.();
    if (view === null || image === undefined || !fits(image, view)) {
      this.drop('format');
      return 'wrong_size';
    }
    this.lastImage = image;
    const isSent = await this.send(image, view, frame);
    this.count(image, isSent);
    return isSent ? 'sent' : 'dropped';
  }

  private async send(image: ArrayValue, view: CameraView, frame: SourceFrame): Promise<boolean> {
    const { output, forwarder } = this.parts;
    const { pulseId, timestamp, channels } = frame;
    try {
      const size = view.geometry.region;
      const isSent = await output.publish({ image, size, axes: view.axes, pulseId, timestamp, channels });
      if (pulseId !== null) await forwarder?.forward(image, pulseId, timestamp);
      return isSent;
    } catch (error) {
      this.drop('error');
      const text = `Image with timestamp ${timestampToSeconds(timestamp)} could not be sent: ${errorText(error)}`;
      throw new CameraFailure(ExitCode.senderFailed, text, { cause: error });
    }
  }

  private refresh(): void {
    if (this.raw === null) return;
    const { source, geometry } = this.current;
    this.view = createCameraView(source, this.raw, geometry, this.background, this.parts.kernels);
    for (const warning of this.view.warnings) {
      if (warning.startsWith('Invalid calibration')) this.log.error(warning);
      else this.log.warning(warning);
    }
    const { width, height } = this.view.geometry.region;
    this.log.debug(`Raw size ${formatJson(this.raw)}, published ${width}x${height}.`);
  }

  private count(image: ArrayValue, isSent: boolean): void {
    const { counters } = this;
    if (isSent) counters.sent += 1;
    else this.drop('not_delivered');
    const [height, width] = image.shape;
    counters.frameShape = `${width}x${height}x${elementSize(image.type)}`;
    counters.headerChanges = this.parts.output.headerChanges;
    counters.forwarded = this.parts.forwarder?.statistics ?? null;
  }
}

function fits({ shape }: ArrayValue, { axes }: CameraView): boolean {
  return shape[0] === axes.y.length && shape[1] === axes.x.length;
}
