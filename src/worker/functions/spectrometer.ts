/**
 * What `psss` knows of its spectrometer.
 */
import type { SpectrometerState } from '../../processing/index.js';

/** Milliseconds between two equal warnings. */
const WARNING_INTERVAL = 10_000;

/**
 * The state without Channel Access: no energy axis, so that frames have no result.
 * @param warn gets each warning at most every 10 s
 */
export function disconnectedSpectrometer(warn: (text: string) => void): SpectrometerState {
  const lastTimes = new Map<string, number>();
  return {
    rowLimits: [0, 0],
    energyAxis: null,
    warn(text) {
      const now = performance.now();
      if (now - (lastTimes.get(text) ?? Number.NEGATIVE_INFINITY) < WARNING_INTERVAL) return;
      lastTimes.set(text, now);
      warn(text);
    },
  };
}
