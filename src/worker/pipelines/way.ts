/**
 * Decides whether frames may be processed on the main thread: as long as one frame takes well under the time between two
 * frames, the event loop stays free and the detour over a worker thread would only cost.
 */

/** Part of the frame period that the work on the main thread may take. */
const TOLERATED_SHARE = 0.5;
/** Frames that are not judged: the code is still being compiled. */
const WARM_UP_FRAMES = 20;
/** Frames that are judged together, by the median: what a busy machine does to some of them does not count. */
const WINDOW = 25;
/** So many windows in a row must say the same: frames that were held up come in a bunch, but not for long. */
const WINDOWS_IN_A_ROW = 4;

export interface WayChooser {
  /** Notes a frame: when its work began, and how long it took, in milliseconds. */
  note(started: number, duration: number): void;
  /** Why frames should take the way over a worker thread; null: they need not. Stays once it is set. */
  readonly reason: string | null;
}

export function createWayChooser(): WayChooser {
  const durations: number[] = [];
  let warmUp = WARM_UP_FRAMES;
  let windowStart = 0;
  let costlyWindows = 0;
  let reason: string | null = null;
  return {
    get reason() {
      return reason;
    },
    note(started, duration) {
      if (reason !== null) return;
      if (warmUp > 0) {
        warmUp -= 1;
        windowStart = started;
        return;
      }
      durations.push(duration);
      if (durations.length < WINDOW) return;
      const period = (started - windowStart) / WINDOW;
      const cost = durations.sort((left, right) => left - right)[Math.floor(WINDOW / 2)]!;
      costlyWindows = cost > TOLERATED_SHARE * period ? costlyWindows + 1 : 0;
      if (costlyWindows === WINDOWS_IN_A_ROW) {
        reason = `one frame takes ${cost.toFixed(1)} ms and they come every ${period.toFixed(1)} ms`;
      }
      durations.length = 0;
      windowStart = started;
    },
  };
}
