/**
 * Buffered reading: messages of several connections are put into the order of their pulse ids. The repetition rate is learnt
 * from the messages; a gap is skipped only when enough later messages have arrived.
 */
export interface PulseBufferOptions {
  /** Largest number of messages. */
  readonly size: number;
  /** Share of the size, 0 to 1, that must be filled before a gap is skipped; 0 publishes at once, in whatever order. */
  readonly threshold: number;
  readonly connections: number;
}

interface Buffered {
  readonly pulseId: bigint;
}

export class PulseBuffer<T extends Buffered> {
  private readonly messages = new Map<bigint, T>();
  private readonly enough: number;
  private interval = 1n;
  private last = -1n;

  constructor(private readonly options: PulseBufferOptions) {
    this.enough = Math.trunc(options.size * options.threshold);
  }

  /**
   * @returns what had to be given up: the message itself when it comes too late, the one it replaces, or the one with the
   *   smallest pulse id when the buffer is full
   */
  add(message: T): T | null {
    if (message.pulseId <= this.last) return message;
    const replaced = this.messages.get(message.pulseId) ?? null;
    this.messages.set(message.pulseId, message);
    if (this.messages.size <= this.options.size) return replaced;
    const smallest = this.messages.get(this.smallest()!)!;
    this.messages.delete(smallest.pulseId);
    return smallest;
  }

  /** The next message in order, or null when one has to be waited for. */
  take(): T | null {
    const pulseId = this.smallest();
    if (pulseId === null) return null;
    const isNext = this.options.connections === 1 || pulseId <= this.last + this.interval;
    if (!isNext && this.messages.size < this.enough) return null;
    const message = this.messages.get(pulseId)!;
    this.messages.delete(pulseId);
    if (this.last > 0n && pulseId !== this.last + this.interval) this.interval = pulseId - this.last;
    this.last = pulseId;
    return message;
  }

  /** Takes out everything that waits. */
  clear(): T[] {
    const messages = [...this.messages.values()];
    this.messages.clear();
    return messages;
  }

  /** Buffers are small (tens of messages), so that looking through them costs less than keeping them sorted. */
  private smallest(): bigint | null {
    let smallest: bigint | null = null;
    for (const pulseId of this.messages.keys()) {
      if (smallest === null || pulseId < smallest) smallest = pulseId;
    }
    return smallest;
  }
}
