/**
 * Merging images with a bsread stream: only images of pulses that the stream has as well are worked on, together with its
 * values.
 */
import type { Source } from '../../bsread/index.js';
import type { JsonObject } from '../../common/json.js';
import type { ChannelValues } from '../../common/values.js';
import type { InstanceLog } from '../../instances/types.js';
import { takeValues } from '../../streaming/received-values.js';
import type { CameraFrame } from './camera-frame.js';
import type { Ending } from './ending.js';
import { warnOfStaleKeys } from './message-source.js';
import { type Match, PulseMatcher } from './pulse-matcher.js';
import { StreamTimeoutError } from './receive-stage.js';
import type { FrameSettings } from './settings.js';
import { openStreamSource, readAddress, readChannels } from './stream-source.js';

/** Bytes of images that may wait for their message. */
const IMAGE_MEMORY = 512 * 1024 * 1024;

export interface MergingOptions {
  /** Of the start. */
  readonly parameters: JsonObject;
  /** The present settings. */
  settings(): FrameSettings;
  readonly log: InstanceLog;
  readonly ending: Ending;
  /** Gets the merged frames in image order, one at a time. */
  process(frame: CameraFrame): Promise<void>;
}

export class Merging {
  readonly #matcher: PulseMatcher<CameraFrame, ChannelValues>;
  /** Frames of both sides come here, and leave one after the other. */
  #last: Promise<void> = Promise.resolve();

  private constructor(
    private readonly options: MergingOptions,
    private readonly source: Source,
  ) {
    const { bsread_image_buf, bsread_data_buf } = options.parameters;
    this.#matcher = new PulseMatcher({
      images: Number(bsread_image_buf),
      data: Number(bsread_data_buf),
      imageBytes: IMAGE_MEMORY,
      dropped: ({ ticket, pixels }, reason) => {
        pixels.release();
        ticket.drop(reason);
      },
    });
  }

  /** Connects. @throws CamServerError */
  static async open(options: MergingOptions): Promise<Merging> {
    const { bsread_address, bsread_channels, input_mode: mode } = options.parameters;
    warnOfStaleKeys(options.parameters, options.log);
    const location = { address: readAddress(bsread_address), channels: readChannels(bsread_channels), mode };
    return new Merging(options, await openStreamSource(location, options.parameters, options.log));
  }

  /** Resolves when the images that match by now are worked on. */
  async pushImage(frame: CameraFrame): Promise<void> {
    await this.process(this.#matcher.pushImage(frame.pulseId, frame, frame.pixels.byteLength));
  }

  /** Receives the stream until the pipeline ends. @throws StreamTimeoutError */
  async receive(): Promise<void> {
    const { ending, settings } = this.options;
    let lastReceive = performance.now();
    while (ending.code === null) {
      const message = await this.source.receiver.receive();
      if (ending.code !== null) return;
      const { abortOnTimeout, streamTimeout } = settings().policy;
      if (message !== null) {
        lastReceive = performance.now();
        const values = takeValues(message);
        message.release();
        await this.process(this.#matcher.pushData(message.pulseId, values));
      } else if (abortOnTimeout && streamTimeout > 0) {
        if (performance.now() - lastReceive > streamTimeout * 1000) throw new StreamTimeoutError();
      }
    }
  }

  /** Ends a pending receive. */
  stopReceiving(): void {
    this.source.receiver.close();
  }

  /** Drops the images that wait, and gives the stream back. */
  async close(): Promise<void> {
    for (const { ticket, pixels } of this.#matcher.clear()) {
      pixels.release();
      ticket.drop('stopped');
    }
    await this.source.close();
  }

  private process(matches: readonly Match<CameraFrame, ChannelValues>[]): Promise<void> {
    for (const { image, data } of matches) {
      const extraChannels = new Map([...data, ...image.extraChannels]);
      this.#last = this.#last.then(() => this.options.process({ ...image, extraChannels }));
    }
    return this.#last;
  }
}
