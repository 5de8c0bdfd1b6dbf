/**
 * Worker threads for frames: a frame is written into a slot of the ring, a thread works on it there, and the results come
 * back in the order of the frames. Threads get slot numbers and small values, never pixels.
 */
import { Piscina } from 'piscina';
import type { ChannelValues } from '../common/values.js';
import type { DropReason, FrameTicket } from './accounting.js';
import { FrameError, TaskLimitError } from './frame-errors.js';
import { changeSlotState, FrameRing, type FrameSlot, slotState } from './frame-ring.js';
import type { PoolAnswer, PoolTask } from './frame-worker.js';
import { watchMemory } from './memory-watch.js';
import { OrderedQueue, type Outcome } from './ordered-queue.js';
import { limitTime } from './time-limit.js';
import { fromPortable, type PortableValues } from './value-transfer.js';

export interface FramePoolOptions<Details, Context> {
  /** Module whose default export is made by `serveFrames`. */
  readonly worker: URL;
  readonly threads: number;
  /** Frames that wait for a thread. */
  readonly waiting: number;
  /** Finished frames that wait for an earlier one. */
  readonly finished: number;
  /** Bytes for the slots. */
  readonly memory: number;
  /** Milliseconds that a thread has for a frame with which it has begun; one that hangs is ended and its frame dropped. */
  taskTimeout(frame: PoolFrame<Details, Context>): number;
  /**
   * Megabytes of a thread's heap; a thread that needs more is ended and its frame dropped. When the process grows by as much
   * per thread, beyond the slots, all frames at work are dropped and their threads replaced. Null: no limit.
   */
  readonly heapLimit: number | null;
  /** Told of an error in a thread that belongs to no frame; the thread has been replaced. */
  failed(error: Error): void;
  /** Whether a channel of that frame will be sent. */
  wanted(frame: PoolFrame<Details, Context>, name: string): boolean;
  /** Called in order, one at a time; ends the ticket. Must not reject. */
  deliver(frame: PoolFrame<Details, Context>, outcome: Outcome<ChannelValues | null>): Promise<void>;
}

export interface PoolFrame<Details, Context> {
  readonly ticket: FrameTicket;
  /** Cloned for the thread. */
  readonly details: Details;
  /** Stays on this side. */
  readonly context: Context;
}

/** What a thread takes beyond its heap. */
const THREAD_MEGABYTES = 64;

type QueuedFrame<Details, Context> = PoolFrame<Details, Context> & { readonly slot: FrameSlot };

export class FramePool<Details, Context> {
  readonly #piscina: Piscina<PoolTask<Details>, PoolAnswer>;
  readonly #ring: FrameRing;
  readonly #atWork = new Set<AbortController>();
  readonly #endWatch: () => void;
  readonly #queue: OrderedQueue<QueuedFrame<Details, Context>, PortableValues | null>;

  /** Starts the threads. */
  constructor(private readonly options: FramePoolOptions<Details, Context>) {
    const { threads, waiting, finished, memory, heapLimit } = options;
    this.#piscina = new Piscina({
      filename: options.worker.href,
      minThreads: threads,
      maxThreads: threads,
      atomics: 'disabled',
      recordTiming: false,
      ...(heapLimit !== null && { resourceLimits: { maxOldGenerationSizeMb: heapLimit } }),
    });
    this.#endWatch =
      heapLimit === null
        ? () => {}
        : watchMemory(threads * (heapLimit + THREAD_MEGABYTES) + memory / 2 ** 20, () =>
            this.giveUp('memory'),
          );
    this.#piscina.on('error', (error: Error) => options.failed(error));
    this.#ring = new FrameRing({
      slots: 2 * threads + waiting + finished + 1,
      maximumBytes: memory,
      minimumSlots: 2 * threads + 1,
      keptSlots: threads + 1,
    });
    this.#queue = new OrderedQueue({
      parallel: threads,
      waiting,
      finished,
      work: (frame) => this.work(frame),
      deliver: (frame, outcome) => this.deliver(frame, outcome),
      dropped: (frame, reason) => this.drop(frame, reason),
      abandoned: (frame) => this.#ring.release(frame.slot),
    });
  }

  /** Frames that have not ended. */
  get size(): number {
    return this.#queue.size;
  }

  /**
   * Takes a frame over. When there is no slot the oldest frame that waits is dropped for it; when none waits, this one.
   * @param bytes how much memory the frame needs
   * @param fill writes the frame into the slot; what it throws is passed on and ends the ticket as `error`
   */
  push(frame: PoolFrame<Details, Context>, bytes: number, fill: (memory: SharedArrayBuffer) => void): void {
    let slot = this.#ring.acquire(bytes);
    while (slot === null && this.#queue.dropOldestWaiting()) slot = this.#ring.acquire(bytes);
    if (slot === null) {
      frame.ticket.drop('queue_full');
      return;
    }
    try {
      fill(slot.memory);
    } catch (error) {
      this.#ring.release(slot);
      frame.ticket.drop('error');
      throw error;
    }
    this.#queue.push({ ...frame, slot });
  }

  /** Resolves when every frame has ended. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  /** Drops the frames that wait, gives those at work `patience` milliseconds, and ends the threads. */
  async close(patience: number): Promise<void> {
    this.#queue.stop();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    await Promise.race([this.#queue.idle(), late]);
    clearTimeout(timer);
    this.#endWatch();
    await this.#piscina.destroy();
    await this.#queue.idle();
  }

  private async work(frame: QueuedFrame<Details, Context>): Promise<PortableValues | null> {
    const { slot, details } = frame;
    const task = { memory: slot.memory, states: this.#ring.states, slot: slot.index, details };
    const abort = new AbortController();
    this.#atWork.add(abort);
    const timeout = this.options.taskTimeout(frame);
    const endTimer = limitTime(abort, timeout, () => slotState(this.#ring.states, slot.index) !== 'filled');
    try {
      const answer = await this.#piscina.run(task, { signal: abort.signal });
      if (answer !== null && 'failure' in answer) {
        throw new FrameError(answer.failure, answer.thread, answer.trace);
      }
      return answer;
    } catch (error) {
      if (abort.signal.reason === 'time') {
        throw new TaskLimitError(`A thread did not finish within ${timeout / 1000} s`, 'time');
      }
      const { code } = error as { code?: unknown };
      if (!abort.signal.aborted && code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
      throw new TaskLimitError(`A thread needed more than ${this.options.heapLimit} MB of memory`, 'memory');
    } finally {
      endTimer();
      this.#atWork.delete(abort);
    }
  }

  /** Nobody can tell whose memory it is, so all threads at work are replaced. */
  private giveUp(reason: 'memory'): void {
    for (const abort of this.#atWork) abort.abort(reason);
  }

  private async deliver(
    frame: QueuedFrame<Details, Context>,
    outcome: Outcome<PortableValues | null>,
  ): Promise<void> {
    const { slot } = frame;
    let values: Outcome<ChannelValues | null>;
    if (outcome.ok && outcome.result !== null) {
      changeSlotState(this.#ring.states, slot.index, 'done', 'sending');
      values = {
        ok: true,
        result: fromPortable(outcome.result, slot.memory, (name) => this.options.wanted(frame, name)),
      };
    } else {
      values = outcome as Outcome<null>;
    }
    this.#ring.release(slot);
    await this.options.deliver(frame, values);
  }

  private drop(
    frame: QueuedFrame<Details, Context>,
    reason: Extract<DropReason, 'queue_full' | 'reorder' | 'stopped'>,
  ): void {
    if (reason !== 'reorder') this.#ring.release(frame.slot);
    frame.ticket.drop(reason);
  }
}
