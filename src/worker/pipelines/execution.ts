/**
 * Where the work on frames is done: on the main thread, in worker threads, or in the processes of a user's function. Frames are delivered in the order in which they
 * are pushed, also when the way changes.
 */
import { errorText } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { numberOf } from '../../common/leniency.js';
import type { ChannelValues } from '../../common/values.js';
import type { InstanceLog } from '../../instances/types.js';
import type { FramePool } from '../../streaming/frame-pool.js';
import type { Outcome } from '../../streaming/ordered-queue.js';
import { allocateOutgoing } from '../../streaming/outgoing-memory.js';
import { toPortable } from '../../streaming/value-transfer.js';
import type { FunctionLimits } from '../../user-code/limits.js';
import { imageFunctionOf } from '../functions/registry.js';
import type { Spectrometer } from '../functions/spectrometer.js';
import { decodedPixels } from './camera-frame.js';
import { FrameProcessor } from './frame-processor.js';
import type { ThreadJob } from './frame-thread.js';
import { HostedFrames } from './hosted-frames.js';
import { Scratch } from './scratch.js';
import type { FrameInHand, FrameSettings } from './settings.js';
import { createWayChooser, type WayChooser } from './way.js';

export interface ExecutionOptions {
  readonly log: InstanceLog;
  /** Called in the order of the frames, one at a time; ends the ticket. Must not reject. */
  deliver(inHand: FrameInHand, outcome: Outcome<ChannelValues | null>): Promise<void>;
}

/** Bytes of image memory that frames in the pool may take. */
const POOL_MEMORY = 256 * 1024 * 1024;
/** Milliseconds after which a thread counts as hanging. */
const TASK_TIMEOUT = 60_000;

export class Execution {
  readonly #processor = new FrameProcessor();
  readonly #received = new Scratch();
  readonly #prepared = new Scratch();
  #chooser: WayChooser = createWayChooser();
  #pool: FramePool<ThreadJob, FrameInHand> | null = null;
  #hosted: HostedFrames | null = null;
  #threads = 0;
  /** Megabytes of heap per thread; null: no limit. */
  #heapLimit: number | null = null;
  /** URL of the script that the threads have loaded. */
  #script: string | null = null;
  #spectrometer: Spectrometer | null = null;

  constructor(private readonly options: ExecutionOptions) {}

  /** Worker threads in use; 0: frames are processed on the main thread. */
  get threads(): number {
    return this.#threads;
  }

  /** Resolves when the frame is delivered (main thread) or taken over (worker threads). */
  async push(inHand: FrameInHand): Promise<void> {
    const { settings } = inHand;
    if (settings.hosted !== (this.#hosted?.hosted ?? null)) await this.changeHosted(settings);
    if (this.#hosted !== null) {
      this.#hosted.push(inHand);
      return;
    }
    const threads = this.threadsFor(settings);
    const heapLimit = settings.limits?.megabytes ?? null;
    const isNew = threads !== this.#threads || heapLimit !== this.#heapLimit;
    if (isNew) {
      await this.changeThreads(threads, heapLimit, settings.parameters);
    }
    if (this.#pool === null) {
      await this.processHere(inHand);
      return;
    }
    this.handOver(this.#pool, inHand);
    const script = settings.portable.script?.url ?? null;
    if (!isNew && script === this.#script) return;
    this.#script = script;
    // While threads start or a new script is loaded, frames wait where they are received: there is more room than here.
    await this.idle();
  }

  /** Resolves when every frame has been delivered. */
  async idle(): Promise<void> {
    await Promise.all([this.#pool?.idle(), this.#hosted?.idle()]);
  }

  /** Drops frames that wait, gives those at work `patience` milliseconds, and ends threads and processes. */
  async close(patience: number): Promise<void> {
    const pool = this.#pool;
    const hosted = this.#hosted;
    this.#pool = null;
    this.#hosted = null;
    this.#threads = 0;
    this.#spectrometer?.close();
    this.#spectrometer = null;
    await Promise.all([pool?.close(patience), hosted?.close(patience)]);
  }

  /** The processes of the former function have nothing more to do when its last frame is delivered. */
  private async changeHosted({ hosted, parameters }: FrameSettings): Promise<void> {
    await this.idle();
    await this.close(0);
    if (hosted === null) return;
    this.#hosted = new HostedFrames({
      hosted,
      ...queueSizes(parameters, hosted.processes),
      deliver: (inHand, outcome) => this.options.deliver(inHand, outcome),
    });
  }

  /**
   * A running mean needs all frames in their order and in one place; process variables live on the main thread, and users'
   * code never does.
   */
  private threadsFor({ parameters, portable }: FrameSettings): number {
    const isScript = portable.script !== null;
    if (!isScript && imageFunctionOf(parameters).usesProcessVariables) return 0;
    const wanted = Math.max(countOf(parameters, 'processing_threads', 0), isScript ? 1 : 0);
    if (countOf(parameters, 'image_averaging', 0) > 1) return Math.min(wanted, 1);
    return wanted === 0 && this.#chooser.reason !== null ? 1 : wanted;
  }

  private async changeThreads(
    threads: number,
    heapLimit: number | null,
    parameters: JsonObject,
  ): Promise<void> {
    const { log } = this.options;
    await this.idle();
    await this.close(0);
    this.#threads = threads;
    this.#heapLimit = heapLimit;
    if (threads === 0) {
      this.#chooser = createWayChooser();
      log.info('Frames are processed on the main thread.');
      return;
    }
    const reason = this.#chooser.reason === null ? '' : `: ${this.#chooser.reason}`;
    log.info(`Frames are processed by ${threads} worker thread${threads > 1 ? 's' : ''}${reason}.`);
    // loaded when it is needed: most instances work on the main thread
    const { FramePool } = await import('../../streaming/frame-pool.js');
    this.#pool = new FramePool<ThreadJob, FrameInHand>({
      worker: new URL('./frame-thread.js', import.meta.url),
      threads,
      ...queueSizes(parameters, threads),
      memory: POOL_MEMORY,
      taskTimeout: ({ context }) => taskTimeout(context.settings.limits),
      heapLimit,
      failed: (error) =>
        log.error(`A thread was replaced after an error outside a frame: ${errorText(error)}`),
      wanted: ({ context }, name) => context.settings.selects(name),
      deliver: ({ context }, outcome) => this.options.deliver(context, outcome),
    });
  }

  private async processHere(inHand: FrameInHand): Promise<void> {
    const { frame, settings } = inHand;
    const { pixels } = frame;
    const started = performance.now();
    let outcome: Outcome<ChannelValues | null>;
    try {
      const spectrometer = await this.spectrometerFor(settings);
      const result = await this.#processor.process({
        ...frame,
        spectrometer,
        ...{ type: pixels.type, rows: pixels.rows, columns: pixels.columns },
        settings: settings.portable,
        pixels: decodedPixels(pixels, (bytes) => this.#received.take(bytes)),
        pixelsAreTransient: true,
        allocate: (bytes) => ({
          buffer: settings.portable.imageWanted ? allocateOutgoing(bytes) : this.#prepared.take(bytes),
          byteOffset: 0,
        }),
      });
      if (result !== null) spectrometer?.publish(frame.pulseId, result);
      outcome = { ok: true, result };
    } catch (error) {
      outcome = { ok: false, error };
    }
    pixels.release();
    this.#chooser.note(started, performance.now() - started);
    await this.options.deliver(inHand, outcome);
  }

  /** Channel Access is loaded with the first frame that needs it, and given up with the function that did. */
  private async spectrometerFor({ parameters }: FrameSettings): Promise<Spectrometer | null> {
    if (!imageFunctionOf(parameters).usesProcessVariables) {
      this.#spectrometer?.close();
      this.#spectrometer = null;
    } else if (this.#spectrometer === null) {
      const { Spectrometer } = await import('../functions/spectrometer.js');
      const { log } = this.options;
      const camera = String(parameters.camera_name);
      this.#spectrometer = new Spectrometer({ camera, warn: (text) => log.warning(text) });
    }
    return this.#spectrometer;
  }

  private handOver(pool: FramePool<ThreadJob, FrameInHand>, inHand: FrameInHand): void {
    const { frame, settings } = inHand;
    const { pixels, pulseId, timestamp, xAxis, yAxis, ticket } = frame;
    const { type, rows, columns, byteLength } = pixels;
    const job = { settings: settings.portable, type, rows, columns };
    const outputOffset = Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
    const bytes = outputOffset + this.#processor.outputBytes(job);
    const extraChannels = toPortable(frame.extraChannels, null);
    const details = { ...job, pulseId, timestamp, xAxis, yAxis, extraChannels, outputOffset };
    try {
      pool.push({ ticket, details, context: inHand }, bytes, (memory) =>
        pixels.copyInto(new Uint8Array(memory, 0, byteLength)),
      );
    } finally {
      pixels.release();
    }
  }
}

/** Of the prepared pixels in a slot, in bytes: a cache line. */
const ALIGNMENT = 64;

function queueSizes(parameters: JsonObject, workers: number): { waiting: number; finished: number } {
  return {
    waiting: workers * Math.max(1, countOf(parameters, 'thread_buffer_size', 20)),
    finished: Math.max(1, countOf(parameters, 'send_buffer_size', 40)),
  };
}

function taskTimeout(limits: FunctionLimits | null): number {
  return limits === null ? TASK_TIMEOUT : 1000 * limits.seconds;
}

function countOf(parameters: JsonObject, key: string, fallback: number): number {
  return Math.max(0, Math.trunc(numberOf(parameters[key] ?? fallback) ?? fallback));
}
