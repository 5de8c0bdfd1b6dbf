/**
 * Figures about a stream for people who watch it: rates, and whether the pulse ids are complete.
 */
import type { ReceivedMessage, ReceiverStatistics } from './types.js';

export interface RateSample {
  /** Hz. */
  readonly messageRate: number;
  /** Bytes per second. */
  readonly dataRate: number;
}

export interface RateSummary {
  /** Seconds since the first sample. */
  readonly totalElapsedTime: number;
  readonly messagesReceived: number;
  readonly totalBytesReceived: number;
  /** Bytes; 0 before the first message. */
  readonly averageMessageSize: number;
  /** Hz. */
  readonly averageMessageRate: number;
  /** Bytes per second. */
  readonly averageDataRate: number;
}

const KEPT_SAMPLES = 100;

/** Turns the counters of a receiver into rates. */
export class RateMeter {
  private readonly kept: RateSample[] = [];
  private previous: { readonly time: number; readonly statistics: ReceiverStatistics };
  private readonly start: { readonly time: number; readonly statistics: ReceiverStatistics };

  /**
   * @param statistics the counters now; only what comes later counts
   * @param time seconds on any clock that only runs forward
   * @param samplingInterval seconds that two samples lie apart at least
   */
  constructor(
    statistics: ReceiverStatistics,
    time: number,
    private readonly samplingInterval = 0.2,
  ) {
    this.start = { time, statistics };
    this.previous = this.start;
  }

  /** The last 100 samples, oldest first. */
  get samples(): readonly RateSample[] {
    return this.kept;
  }

  /** Takes a sample unless the last one is too fresh; call it with each message. */
  update(statistics: ReceiverStatistics, time: number): void {
    const elapsed = time - this.previous.time;
    if (elapsed <= 0 || elapsed < this.samplingInterval) return;
    const { messagesReceived, totalBytesReceived } = this.previous.statistics;
    this.kept.push({
      messageRate: (statistics.messagesReceived - messagesReceived) / elapsed,
      dataRate: (statistics.totalBytesReceived - totalBytesReceived) / elapsed,
    });
    if (this.kept.length > KEPT_SAMPLES) this.kept.shift();
    this.previous = { time, statistics };
  }

  /** Means over the whole time. @param time seconds on the clock of the constructor */
  summary(statistics: ReceiverStatistics, time: number): RateSummary {
    const totalElapsedTime = time - this.start.time;
    const messagesReceived = statistics.messagesReceived - this.start.statistics.messagesReceived;
    const totalBytesReceived = statistics.totalBytesReceived - this.start.statistics.totalBytesReceived;
    const perSecond = (count: number): number => (totalElapsedTime > 0 ? count / totalElapsedTime : 0);
    return {
      totalElapsedTime,
      messagesReceived,
      totalBytesReceived,
      averageMessageSize: messagesReceived > 0 ? totalBytesReceived / messagesReceived : 0,
      averageMessageRate: perSecond(messagesReceived),
      averageDataRate: perSecond(totalBytesReceived),
    };
  }
}

/** Checks that pulse ids rise by one constant step. */
export class PulseIdChecker {
  private last: bigint | null = null;
  private missedCount = 0n;
  private duplicatedCount = 0;
  private revertedCount = 0;

  /** @param step 1 for a source that sends with every pulse */
  constructor(private readonly step = 1n) {}

  /** Pulses that were left out. */
  get missed(): bigint {
    return this.missedCount;
  }

  /** Messages with the pulse id of the one before. */
  get duplicated(): number {
    return this.duplicatedCount;
  }

  /** Messages with a lower pulse id than the one before. */
  get reverted(): number {
    return this.revertedCount;
  }

  /** Takes the next message of the stream. */
  update({ pulseId }: Pick<ReceivedMessage, 'pulseId'>): void {
    const last = this.last;
    this.last = pulseId;
    if (last === null) return;
    if (pulseId === last) this.duplicatedCount += 1;
    else if (pulseId < last) this.revertedCount += 1;
    else if (pulseId > last + this.step) this.missedCount += (pulseId - last - 1n) / this.step;
  }
}
