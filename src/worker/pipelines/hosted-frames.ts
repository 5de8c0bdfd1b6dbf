/**
 * Frames whose function runs in processes of its own: they are prepared straight into the memory that is shared with the
 * process, and delivered in their order.
 */
import { type ArrayValue, arrayValue, type ChannelValues } from '../../common/values.js';
import { toArrayValue } from '../../processing/index.js';
import { OrderedQueue, type Outcome } from '../../streaming/ordered-queue.js';
import type { Allocate, HostFunction, PreparedCall } from '../../user-code/host/host-function.js';
import { decodedPixels } from './camera-frame.js';
import { FramePreparation } from './frame-preparation.js';
import { Scratch } from './scratch.js';
import type { FrameInHand } from './settings.js';

export interface HostedFramesOptions {
  readonly hosted: HostFunction;
  /** Frames that wait for a process. */
  readonly waiting: number;
  /** Finished frames that wait for an earlier one. */
  readonly finished: number;
  /** Called in the order of the frames, one at a time; ends the ticket. Must not reject. */
  deliver(inHand: FrameInHand, outcome: Outcome<ChannelValues | null>): Promise<void>;
}

export class HostedFrames {
  readonly #queue: OrderedQueue<FrameInHand, ChannelValues | null>;
  readonly #preparation = new FramePreparation();
  readonly #received = new Scratch();

  constructor(private readonly options: HostedFramesOptions) {
    const { hosted, waiting, finished, deliver } = options;
    this.#queue = new OrderedQueue({
      parallel: hosted.parallel,
      waiting,
      finished,
      work: (inHand) => this.work(inHand),
      deliver,
      dropped({ frame }, reason) {
        if (reason !== 'reorder') frame.pixels.release();
        frame.ticket.drop(reason);
      },
      abandoned() {},
    });
  }

  get hosted(): HostFunction {
    return this.options.hosted;
  }

  /** Takes a frame over; when too many wait, the oldest is dropped. */
  push(inHand: FrameInHand): void {
    this.#queue.push(inHand);
  }

  /** Resolves when every frame has been delivered. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  /** Drops frames that wait, gives those at work `patience` milliseconds, and ends the processes. */
  async close(patience: number): Promise<void> {
    this.#queue.stop();
    await this.options.hosted.close(patience);
    await this.#queue.idle();
  }

  private work(inHand: FrameInHand): Promise<ChannelValues | null> {
    const { settings } = inHand;
    const { revision, parameters } = settings.portable;
    const call = { revision, parameters, limits: settings.limits! };
    return this.options.hosted.processImage(
      (allocate) => this.prepare(inHand, allocate),
      (name) => settings.selects(name),
      call,
    );
  }

  private prepare({ frame, settings }: FrameInHand, allocate: Allocate): PreparedCall | null {
    const { pixels, xAxis, yAxis, pulseId, timestamp, extraChannels } = frame;
    const { type, rows, columns } = pixels;
    try {
      const format = { settings: settings.portable, type, rows, columns };
      const plan = this.#preparation.planFor(format);
      const received = decodedPixels(pixels, (bytes) => this.#received.take(bytes));
      const raw = { ...format, pixels: received, xAxis, yAxis, allocate };
      const prepared = this.#preparation.prepare(raw, plan, true, false);
      if (prepared === null) return null;
      const values: ChannelValues = new Map<string, ArrayValue>([
        ['image', toArrayValue(prepared.image)],
        ['x_axis', arrayValue(prepared.x)],
        ['y_axis', arrayValue(prepared.y)],
      ]);
      // The names of the image's own channels are taken; a function that gets others as bsdata never had these there.
      for (const [name, value] of extraChannels) if (!values.has(name)) values.set(name, value);
      const { processingError, passiveBackground: background } = plan;
      return { values, facts: { pulseId, timestamp, first: false, processingError }, background };
    } finally {
      pixels.release();
    }
  }
}
