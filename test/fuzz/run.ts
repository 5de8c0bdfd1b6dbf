/**
 * `npm run fuzz [count] [seed]`: many mutated messages, with the figures that show that it stayed within bounds. Fails when memory
 * grows without bound; an error other than a dropped message ends it with its stack.
 */
import { fuzzMessages } from './mutations.js';

/** MiB; the garbage of some hundred messages is far below. */
const MAXIMUM_GROWTH = 512;

const count = Number(process.argv[2] ?? 200_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
console.log(`seed ${seed}`);
const start = performance.now();
const before = process.memoryUsage().rss;
const result = fuzzMessages(count, seed);
const growth = (process.resourceUsage().maxRSS * 1024 - before) / 2 ** 20;
console.log(
  `${result.messages} mutated messages in ${((performance.now() - start) / 1000).toFixed(1)} s: ${result.dropped} dropped, ` +
    `${result.undecodable} values undecodable, no other error; resident memory grew by at most ${growth.toFixed(0)} MiB`,
);
if (growth > MAXIMUM_GROWTH) {
  console.error(`That is more than ${MAXIMUM_GROWTH} MiB.`);
  process.exitCode = 1;
}
