/**
 * Notices instances whose process lives but does nothing: their statistics stand still, or nothing comes in although their
 * camera sends.
 */
import type { JsonObject } from '../common/json.js';

interface Progress {
  statisticsTime: string;
  statisticsSince: number;
  received: string;
  receivedSince: number;
}

/** Milliseconds without progress after which an instance counts as frozen, unless the options say otherwise. */
export const FROZEN_AFTER = 15_000;

export class FrozenWatch {
  private readonly progress = new Map<string, Progress>();

  /**
   * @param isCameraSending whether images come from the camera of an instance; null when that cannot be told
   * @param patience milliseconds without progress after which an instance counts as frozen
   * @param now milliseconds of a steady clock
   */
  constructor(
    private readonly isCameraSending: (record: JsonObject) => Promise<boolean | null>,
    private readonly patience: number = FROZEN_AFTER,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** What stands still; null when all is well. Call it with each new record of the instance. */
  async look(name: string, record: JsonObject): Promise<string | null> {
    const { time, rx } = (record.statistics ?? {}) as JsonObject;
    const now = this.now();
    const progress = this.progress.get(name) ?? {
      statisticsTime: String(time),
      statisticsSince: now,
      received: receivedCount(rx),
      receivedSince: now,
    };
    this.progress.set(name, progress);
    if (progress.statisticsTime !== String(time)) {
      progress.statisticsTime = String(time);
      progress.statisticsSince = now;
    }
    if (progress.received !== receivedCount(rx)) {
      progress.received = receivedCount(rx);
      progress.receivedSince = now;
    }
    if (typeof time !== 'string' || time === '') return null;
    if (now - progress.statisticsSince > this.patience) return `its statistics stand still since ${time}`;
    if (now - progress.receivedSince <= this.patience) return null;
    return (await this.isCameraSending(record)) === true
      ? 'nothing comes in although its camera sends'
      : null;
  }

  forget(name: string): void {
    this.progress.delete(name);
  }
}

/** `"9.98Hz - 123"` → `"123"` */
function receivedCount(rx: unknown): string {
  return String(rx).split('Hz - ')[1] ?? '';
}
