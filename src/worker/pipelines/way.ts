/**
 * Decides whether frames may be processed on the main thread: as long as one frame takes well under the time between two
 * frames, the event loop stays free and the detour over a worker thread would only cost.
 */

/** Part of the frame period that the work on the main thread may take. */
const TOLERATED_SHARE = 0.5;
/** Weight of the newest frame in the running means. */
const WEIGHT = 0.1;
/** Frames that are not judged: the code is still being compiled. */
const WARM_UP_FRAMES = 20;

export interface WayChooser {
  /** Notes a frame: when its work began, and how long it took, in milliseconds. */
  note(started: number, duration: number): void;
  /** Why frames should take the way over a worker thread; null: they need not. Stays once it is set. */
  readonly reason: string | null;
}

export function createWayChooser(): WayChooser {
  let frames = 0;
  let lastStart = 0;
  let period = 0;
  let cost = 0;
  let reason: string | null = null;
  return {
    get reason() {
      return reason;
    },
    note(started, duration) {
      frames += 1;
      const sinceLast = started - lastStart;
      lastStart = started;
      if (frames <= WARM_UP_FRAMES) return;
      period += (sinceLast - period) * (period === 0 ? 1 : WEIGHT);
      cost += (duration - cost) * (cost === 0 ? 1 : WEIGHT);
      if (frames > 2 * WARM_UP_FRAMES && cost > TOLERATED_SHARE * period) {
        reason ??= `one frame takes ${cost.toFixed(1)} ms and they come every ${period.toFixed(1)} ms`;
      }
    },
  };
}
