/**
 * Ends the process when its event loop does not turn any more: a user's code that computes for ever cannot be stopped from within.
 */
import { Worker } from 'node:worker_threads';

export interface Watchdog {
  stop(): void;
}

/** What the thread is told. */
export interface WatchdogData {
  /** One counter that the watched side increases. */
  readonly beats: SharedArrayBuffer;
  readonly seconds: number;
  /** Printed before the end. */
  readonly text: string;
}

const BEAT_INTERVAL = 250;

/**
 * @param seconds without a turn of the event loop after which the process is killed
 * @param text says why, on the standard error output, which becomes the log of the instance
 */
export function startWatchdog(seconds: number, text: string): Watchdog {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const data: WatchdogData = { beats: beats.buffer as SharedArrayBuffer, seconds, text };
  const worker = new Worker(new URL('./watchdog-thread.js', import.meta.url), {
    workerData: data,
    execArgv: [],
  });
  worker.unref();
  const timer = setInterval(() => Atomics.add(beats, 0, 1), BEAT_INTERVAL);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      void worker.terminate();
    },
  };
}
