/** The thread of `watchdog.ts`. */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { WatchdogData } from './watchdog.js';

const { beats, seconds, text } = workerData as WatchdogData;
const counter = new Int32Array(beats);
const STANDARD_ERROR = 2;

for (let last = -1, since = performance.now(); ; ) {
  const count = Atomics.load(counter, 0);
  if (count !== last) [last, since] = [count, performance.now()];
  if (performance.now() - since > seconds * 1000) {
    writeSync(STANDARD_ERROR, `${text}\n`);
    process.kill(process.pid, 'SIGKILL');
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
}
