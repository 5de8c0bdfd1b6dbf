/**
 * Two streams made one: messages with the same pulse id are put together, all others are dropped. Both streams are read as
 * they are needed, so the faster one waits in its receive queue; pulse ids are expected to grow.
 */
import type { ReceivedChannel, ReceivedMessage, Source } from '../../bsread/index.js';
import { errorText } from '../../common/errors.js';
import type { FrameAccount } from '../../streaming/accounting.js';

export interface StreamMergerOptions {
  readonly sources: readonly [Source, Source];
  /** Merged messages that may wait; the oldest is dropped. */
  readonly bufferSize: number;
  /** Milliseconds that `receive` waits. */
  readonly receiveTimeout: number;
  /** Messages that are dropped count as received. */
  readonly account: FrameAccount;
}

interface Side {
  readonly source: Source;
  /** Waits for its partner. */
  held: ReceivedMessage | null;
  isReading: boolean;
}

export class StreamMerger {
  readonly #sides: readonly [Side, Side];
  readonly #merged: ReceivedMessage[] = [];
  #waiter: (() => void) | null = null;
  #failure: unknown = null;
  #isStopped = false;

  constructor(private readonly options: StreamMergerOptions) {
    const [first, second] = options.sources;
    this.#sides = [
      { source: first, held: null, isReading: false },
      { source: second, held: null, isReading: false },
    ];
    this.advance();
  }

  /** @throws what receiving from one of the streams threw */
  async receive(): Promise<ReceivedMessage | null> {
    if (this.#merged.length === 0 && this.#failure === null && !this.#isStopped) await this.wait();
    if (this.#failure !== null) throw new Error(errorText(this.#failure), { cause: this.#failure });
    return this.#merged.shift() ?? null;
  }

  stopReceiving(): void {
    this.#isStopped = true;
    for (const { source } of this.#sides) source.receiver.close();
    this.#waiter?.();
  }

  async close(): Promise<void> {
    this.stopReceiving();
    for (const message of this.#merged.splice(0)) this.drop(message, 'stopped');
    for (const side of this.#sides) this.dropHeld(side, 'stopped');
    const closed = await Promise.allSettled(this.#sides.map(({ source }) => source.close()));
    for (const result of closed) if (result.status === 'rejected') throw result.reason;
  }

  private wait(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiter = null;
        resolve();
      };
      const timer = setTimeout(done, this.options.receiveTimeout);
      this.#waiter = done;
    });
  }

  /** Puts together what fits, and reads the sides that hold nothing or fell behind. */
  private advance(): void {
    if (this.#isStopped) return;
    const [left, right] = this.#sides;
    if (left.held !== null && right.held !== null) {
      if (left.held.pulseId === right.held.pulseId) {
        this.emit(new MergedMessage(left.held, right.held));
        left.held = null;
        right.held = null;
      } else this.dropHeld(left.held.pulseId < right.held.pulseId ? left : right, 'unmatched');
    }
    for (const side of this.#sides) if (side.held === null && !side.isReading) void this.read(side);
  }

  private async read(side: Side): Promise<void> {
    side.isReading = true;
    try {
      side.held = await side.source.receiver.receive();
    } catch (error) {
      this.#failure = error;
      this.#waiter?.();
      return;
    } finally {
      side.isReading = false;
    }
    if (this.#isStopped) this.dropHeld(side, 'stopped');
    else this.advance();
  }

  private emit(message: ReceivedMessage): void {
    this.#merged.push(message);
    if (this.#merged.length > this.options.bufferSize) this.drop(this.#merged.shift()!, 'queue_full');
    this.#waiter?.();
  }

  private dropHeld(side: Side, reason: 'unmatched' | 'stopped'): void {
    if (side.held !== null) this.drop(side.held, reason);
    side.held = null;
  }

  private drop(message: ReceivedMessage, reason: 'unmatched' | 'queue_full' | 'stopped'): void {
    message.release();
    this.options.account.receive(message.size).drop(reason);
  }
}

/** Two messages of one pulse: the time of the first, the channels of both; of equal names the second one counts. */
class MergedMessage implements ReceivedMessage {
  readonly pulseId: bigint;
  readonly channels: readonly ReceivedChannel[];
  readonly size: number;
  readonly #byName: ReadonlyMap<string, ReceivedChannel>;

  constructor(
    private readonly first: ReceivedMessage,
    private readonly second: ReceivedMessage,
  ) {
    this.pulseId = first.pulseId;
    this.size = first.size + second.size;
    const all = [...first.channels, ...second.channels];
    this.#byName = new Map(all.map((channel) => [channel.definition.name, channel]));
    this.channels = [...this.#byName.values()];
  }

  get timestamp() {
    return this.first.timestamp;
  }

  get hash() {
    return `${this.first.hash}+${this.second.hash}`;
  }

  get formatChanged() {
    return this.first.formatChanged || this.second.formatChanged;
  }

  channel(name: string): ReceivedChannel | undefined {
    return this.#byName.get(name);
  }

  release(): void {
    this.first.release();
    this.second.release();
  }
}
