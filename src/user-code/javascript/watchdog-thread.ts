/** The thread of `watchdog.ts`. */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { WatchdogData } from './watchdog.js';

const { beats, limits, texts } = workerData as WatchdogData;
const counter = new Int32Array(beats);
const largest = process.memoryUsage.rss() + limits.megabytes * 1024 * 1024;
const STANDARD_ERROR = 2;

function end(text: string): void {
  writeSync(STANDARD_ERROR, `${text}\n`);
  process.kill(process.pid, 'SIGKILL');
}

for (let last = -1, since = performance.now(); ; ) {
  const count = Atomics.load(counter, 0);
  if (count !== last) [last, since] = [count, performance.now()];
  if (performance.now() - since > limits.seconds * 1000) end(texts.time);
  if (process.memoryUsage.rss() > largest) end(texts.memory);
  await new Promise((resolve) => setTimeout(resolve, 200));
}
