/** When to start a permanent instance again that ended or failed: soon at first, rarely when it fails again and again. */

/** Milliseconds. */
const FIRST_DELAY = 1000;
const LONGEST_DELAY = 60_000;
/** Failures one after the other from which on one speaks of a crash loop. */
const CRASH_LOOP = 5;
/** An instance that ran so many milliseconds had a good start: its end counts as the first failure. */
export const GOOD_RUN = 60_000;

/** Milliseconds until the next attempt after so many failures one after the other. */
export function backOffDelay(failures: number): number {
  return Math.min(FIRST_DELAY * 2 ** Math.max(0, failures - 1), LONGEST_DELAY);
}

export function isCrashLoop(failures: number): boolean {
  return failures >= CRASH_LOOP;
}

/** Failures to count after an end. @param ranFor milliseconds that the instance had run; null: it did not start */
export function failuresAfter(failures: number, ranFor: number | null): number {
  return ranFor !== null && ranFor >= GOOD_RUN ? 1 : failures + 1;
}
