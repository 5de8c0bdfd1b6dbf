import { setImmediate, setTimeout } from 'node:timers/promises';

/** A delay is caught up by frames back to back, but not beyond this: nobody wants a minute of frames at once. */
const MAXIMUM_LAG = 1000;
/** A changed rate or a stop is noticed within this time. */
const MAXIMUM_SLEEP = 100;

/** Keeps a rhythm without drift: each turn is due exactly one period after the one before. */
export class Pacer {
  /** When the last turn was due; null before the first. */
  private last: number | null = null;

  /** @param rate turns per second; asked again and again, so that a new rate holds at once */
  constructor(private readonly rate: () => number) {}

  /** Waits until the next turn is due; the first one is due at once. @returns false when `stop` is aborted */
  async next(stop: AbortSignal): Promise<boolean> {
    for (;;) {
      if (stop.aborted) return false;
      const now = performance.now();
      const due = this.last === null ? now : this.last + 1000 / this.rate();
      if (due <= now) {
        this.last = Math.max(due, now - MAXIMUM_LAG);
        await setImmediate();
        return !stop.aborted;
      }
      await setTimeout(Math.min(due - now, MAXIMUM_SLEEP));
    }
  }
}
