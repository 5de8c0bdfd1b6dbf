/**
 * Ends the process when a user's code that runs on its main thread keeps the event loop, or takes too much memory: neither can be
 * stopped from within.
 */
import { Worker } from 'node:worker_threads';
import { type FunctionLimits, limitError } from '../limits.js';

export interface Watchdog {
  stop(): void;
}

/** What the thread is told. */
export interface WatchdogData {
  /** One counter that the watched side increases. */
  readonly beats: SharedArrayBuffer;
  readonly limits: FunctionLimits;
  /** Printed before the end. */
  readonly texts: { readonly time: string; readonly memory: string };
}

const BEAT_INTERVAL = 250;

/**
 * @param name of the script; what was wrong goes to the standard error output, which becomes the log of the instance
 * @param limits seconds without a turn of the event loop, and megabytes beyond what the process has now
 */
export function startWatchdog(name: string, limits: FunctionLimits): Watchdog {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const [time, memory] = (['time', 'memory'] as const).map(
    (limit) => limitError(name, limit, limits).message,
  );
  const data: WatchdogData = {
    beats: beats.buffer as SharedArrayBuffer,
    limits,
    texts: { time: time!, memory: memory! },
  };
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
