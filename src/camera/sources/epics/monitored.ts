/**
 * Cameras whose images come by monitors of Channel Access: each update of the image is a frame. An IOC that goes away pauses
 * the stream, and one that comes back resumes it.
 */
import { errorText } from '../../../common/errors.js';
import { timestampNow } from '../../../common/values.js';
import type { Channel, Reading } from '../../../epics/index.js';
import { imageOf } from '../../../processing/views.js';
import type { Size } from '../../geometry.js';
import type { CameraEngine } from '../source.js';
import type { ProcessVariables } from './process-variables.js';
import { imageOfReading, pixelRules } from './waveform.js';

/** The process variables of a camera. */
export interface MonitoredNames {
  readonly image: string;
  readonly width: string;
  readonly height: string;
  /** Null: the stream counts by itself. */
  readonly pulseId: string | null;
}

/** Frames that wait while one is sent; the oldest is given up then. */
const QUEUE_SIZE = 3;
/** A complaint that comes with each frame is logged this often, in milliseconds. */
const COMPLAINT_INTERVAL = 10_000;

export class MonitoredCamera {
  private readonly queue: { readonly reading: Reading; readonly pulseId: bigint | null }[] = [];
  private pending: Size;
  private pulseId: bigint | null = null;
  private wake = (): void => {};
  private lastComplaint = Number.NEGATIVE_INFINITY;

  private constructor(
    private readonly engine: CameraEngine,
    private readonly channels: readonly (readonly [Channel, (reading: Reading) => void])[],
    size: Size,
  ) {
    this.pending = size;
  }

  /**
   * Connects all variables.
   * @param size as read from the camera
   * @throws CamServerError `Could not connect to: <pv>`
   */
  static async connect(
    engine: CameraEngine,
    variables: ProcessVariables,
    names: MonitoredNames,
    size: Size,
  ): Promise<MonitoredCamera> {
    const listed = [
      names.image,
      names.width,
      names.height,
      ...(names.pulseId === null ? [] : [names.pulseId]),
    ];
    const [image, width, height, pulseId] = await Promise.all(listed.map((name) => variables.connect(name)));
    const camera: MonitoredCamera = new MonitoredCamera(
      engine,
      [
        [width!, (reading) => camera.changeSize('width', reading)],
        [height!, (reading) => camera.changeSize('height', reading)],
        ...(pulseId === undefined
          ? []
          : [[pulseId, (reading: Reading) => camera.changePulseId(reading)] as const]),
        // last, so that the first image finds its size and pulse id
        [image!, (reading) => camera.takeImage(reading)],
      ],
      size,
    );
    engine.resize(size);
    return camera;
  }

  /** Publishes until `stop` is aborted. */
  async run(stop: AbortSignal): Promise<void> {
    const cancels = this.channels.map(([channel, onReading]) =>
      channel.monitor(onReading, (error) => this.complain(`Error getting image from camera`, error)),
    );
    stop.addEventListener('abort', () => this.wake(), { once: true });
    try {
      while (!stop.aborted) {
        const next = this.queue.shift();
        if (next === undefined) await this.nextReading(stop);
        else await this.publish(next.reading, next.pulseId);
      }
    } finally {
      for (const cancel of cancels) cancel();
    }
  }

  private nextReading(stop: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      if (stop.aborted || this.queue.length > 0) resolve();
    });
  }

  private takeImage(reading: Reading): void {
    const { counters } = this.engine;
    counters.received += 1;
    if (!Array.isArray(reading.value)) counters.bytesReceived += reading.value.data.byteLength;
    if (this.queue.length >= QUEUE_SIZE) {
      this.queue.shift();
      this.engine.drop('overrun');
    }
    this.queue.push({ reading, pulseId: this.pulseId });
    this.wake();
  }

  private changeSize(side: 'width' | 'height', reading: Reading): void {
    const value = firstNumber(reading);
    if (value === null || value === this.pending[side]) return;
    const { settings, log } = this.engine;
    log.info(`Camera ${settings.source} ${side} changed: ${this.pending[side]} -> ${value} `);
    this.pending = { ...this.pending, [side]: value };
  }

  private changePulseId(reading: Reading): void {
    const value = firstNumber(reading);
    this.pulseId = value === null ? null : BigInt(value);
  }

  /** The new size holds from the first image that has it. */
  private async publish(reading: Reading, pulseId: bigint | null): Promise<void> {
    const { engine } = this;
    const { source, output } = engine.settings;
    try {
      const { width, height } = this.pending;
      const image = imageOfReading(reading, this.pending, source, pixelRules(engine.settings));
      if (engine.size?.width !== width || engine.size.height !== height) engine.resize(this.pending);
      await engine.publish({
        image: imageOf(image),
        pulseId: output.simulatePulseId ? null : pulseId,
        timestamp: reading.timestamp ?? timestampNow(),
      });
    } catch (error) {
      engine.drop('format');
      this.complain(`Error getting image from camera ${source}`, error);
    }
  }

  private complain(what: string, error: unknown): void {
    if (performance.now() - this.lastComplaint < COMPLAINT_INTERVAL) return;
    this.lastComplaint = performance.now();
    const text = errorText(error);
    if (text.startsWith('Image array too small')) this.engine.log.warning(text);
    else this.engine.log.error(`${what}: ${text}`);
  }
}

function firstNumber({ value }: Reading): number | null {
  const number = Math.trunc(Number(Array.isArray(value) ? value[0] : value.data[0]));
  return Number.isFinite(number) ? number : null;
}
