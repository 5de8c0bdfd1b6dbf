/**
 * `npm run fuzz [count] [seed]`: many mutated messages, with the figures that show that it stayed within bounds.
 */
import { fuzzMessages } from './mutations.js';

const count = Number(process.argv[2] ?? 200_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
console.log(`seed ${seed}`);
const before = process.memoryUsage().rss;
const result = fuzzMessages(count, seed);
const growth = (process.memoryUsage().rss - before) / 2 ** 20;
console.log(
  `${result.messages} mutated messages: ${result.dropped} dropped, ${result.undecodable} values undecodable, ` +
    `no other error; resident memory grew by ${growth.toFixed(0)} MiB`,
);
