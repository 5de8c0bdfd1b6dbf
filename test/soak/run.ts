/**
 * `npm run soak [minutes]`: the simulated cluster under churn. Prints a table; ends with status 1 when something leaks, or when
 * an instance loses account of its frames.
 */
import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../../src/common/json.js';
import { startCluster } from '../cli/started-cluster.js';
import { type ChurnCounts, churn } from './churn.js';
import { readTree } from './process-tree.js';
import { judge, type Reading } from './verdict.js';

const MINUTES = Number(process.argv[2] ?? 15);
const READING_INTERVAL = 5000;
/** Milliseconds until everything that was asked for has ended, and spares are there again. */
const QUIET_TIME = 30_000;

const data = mkdtempSync(join(tmpdir(), 'camserver-soak-'));
const cluster = await startCluster(data);
const root = cluster.process.pid!;
const counts: ChurnCounts = { done: {}, failures: {}, received: 0 };
const stop = new AbortController();
setMaxListeners(0, stop.signal);
const readings: Reading[] = [];
process.on('SIGINT', () => stop.abort());

await delay(QUIET_TIME / 2);
const before = readTree(root);
const started = Date.now();
setTimeout(() => stop.abort(), MINUTES * 60_000);
const target = { cameras: cluster.camera, pipelines: cluster.pipeline, root };
const churning = churn(target, counts, stop.signal);
while (!stop.signal.aborted) {
  await delay(READING_INTERVAL);
  const time = (Date.now() - started) / 1000;
  readings.push({ time, tree: readTree(root), imbalance: await readImbalance() });
}
await churning;
await delay(QUIET_TIME);
const after = readTree(root);
const { rows, faults } = judge(readings, before, after);

console.log(`\n${MINUTES} minutes, ${counts.received} messages received, done:`);
for (const [name, count] of Object.entries(counts.done)) console.log(`  ${count} × ${name}`);
console.log('refused or failed:');
for (const [text, count] of Object.entries(counts.failures)) console.log(`  ${count} × ${text}`);
console.log('\n| Server | Memory | Slope | Open files |\n|---|---|---|---|');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
for (const fault of faults) console.log(`FAULT: ${fault}`);

cluster.process.kill('SIGTERM');
const code = await cluster.ended;
if (code !== 0) console.log(`FAULT: camserver start ended with ${code}`);
rmSync(data, { recursive: true, force: true });
process.exit(faults.length > 0 || code !== 0 ? 1 : 0);

/** The account of the instance that adds up worst. */
async function readImbalance(): Promise<number> {
  try {
    const response = await fetch(`${cluster.pipeline.address}/api/v2/snapshot`, {
      signal: AbortSignal.timeout(5000),
    });
    const { clusters } = (await response.json()) as {
      clusters: Record<string, { instances: { statistics: JsonObject | null }[] }>;
    };
    const instances = Object.values(clusters).flatMap((records) => records.instances);
    return instances.reduce((worst, { statistics }) => {
      if (statistics === null) return worst;
      const dropped = Object.values((statistics.dropped ?? {}) as Record<string, number>);
      const lost = dropped.reduce((sum, count) => sum + count, 0);
      const imbalance = Number(statistics.received) - Number(statistics.sent) - lost;
      return Math.abs(imbalance) > Math.abs(worst) ? imbalance : worst;
    }, 0);
  } catch {
    return 0;
  }
}
