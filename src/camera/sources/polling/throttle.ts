import { setTimeout } from 'node:timers/promises';

/** A stop or a new rate is noticed within so many milliseconds. */
const MAXIMUM_SLEEP = 100;

/** Keeps a rate from being exceeded. What was late is not caught up. */
export class Throttle {
  private last = Number.NEGATIVE_INFINITY;

  /**
   * Waits until one period after the last return has passed.
   * @param rate turns per second; null: no limit
   */
  async wait(rate: number | null, stop: AbortSignal): Promise<void> {
    const due = rate === null ? 0 : this.last + 1000 / rate;
    for (let now = performance.now(); now < due && !stop.aborted; now = performance.now()) {
      await setTimeout(Math.min(due - now, MAXIMUM_SLEEP));
    }
    // timers are late by up to a millisecond, which must not add up
    this.last = Math.max(due, performance.now() - 1);
  }
}
