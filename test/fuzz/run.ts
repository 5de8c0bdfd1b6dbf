/**
 * `npm run fuzz [count] [seed]`: hostile and mutated input for everything that reads from outside: messages (`count` of them),
 * parsers, routes, live views. Ends with 1 when something was met that nobody had thought of, or when memory grew without bound.
 */
import { fuzzMessages } from './mutations.js';
import { fuzzParser, PARSERS } from './parsers.js';
import { fuzzPictures } from './pictures.js';
import { KNOWN, startFuzzPlant } from './plant.js';
import { fuzzRoutes, unexpectedErrors } from './routes.js';
import { fuzzViewers } from './viewers.js';

/** MiB; the garbage of some hundred messages is far below. */
const MAXIMUM_GROWTH = 512;

const count = Number(process.argv[2] ?? 200_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
const faults: string[] = [];

async function step(title: string, work: () => Promise<string> | string): Promise<void> {
  const start = performance.now();
  try {
    const result = await work();
    console.log(`${title}: ${result} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    faults.push(`${title}: ${(error as Error).stack}`);
  }
}

console.log(`seed ${seed}`);
const before = process.memoryUsage().rss;
await step('bsread messages', () => {
  const { messages, dropped, undecodable } = fuzzMessages(count, seed);
  return `${messages}, ${dropped} dropped, ${undecodable} values undecodable`;
});
for (const parser of PARSERS) {
  await step(parser.name, () => {
    const { accepted, refused } = fuzzParser(parser, Math.ceil(count / 10), seed);
    return `${accepted} accepted, ${refused} refused`;
  });
}
await step('pictures', async () => {
  const { accepted, refused } = await fuzzPictures(Math.ceil(count / 50), seed);
  return `${accepted} accepted, ${refused} refused`;
});
const plant = await startFuzzPlant();
for (const name of ['pipelines', 'cameras', 'manager'] as const) {
  await step(`routes of ${name}`, async () => {
    const result = await fuzzRoutes(plant[name], Math.ceil(count / 20_000), seed, KNOWN, plant.restore);
    faults.push(...result.faults, ...(await unexpectedErrors(plant[name])));
    return `${result.requests} requests, answers ${JSON.stringify(result.statuses)}`;
  });
}
await step('live view', async () => {
  const { url } = await plant.view();
  const { messages, errors, ended } = await fuzzViewers(url, Math.ceil(count / 100), seed);
  return `${messages} messages, ${errors} answered with an error, ${ended} connections ended`;
});
await plant.close();

const growth = (process.resourceUsage().maxRSS * 1024 - before) / 2 ** 20;
console.log(`resident memory grew by at most ${growth.toFixed(0)} MiB`);
if (growth > MAXIMUM_GROWTH) faults.push(`That is more than ${MAXIMUM_GROWTH} MiB.`);
for (const fault of faults) console.error(`FAULT ${fault}`);
process.exit(faults.length === 0 ? 0 : 1);
