/** How long a client waits for a stream that does not run yet. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PipelineClient } from '../src/client/index.js';
import { packageRoot } from '../src/common/package.js';
import { type BenchmarkRow, median } from './benchmark.js';
import { withServers } from './servers.js';

const REPETITIONS = 20;
/** Until the spare that was used is replaced and warm again. */
const REPLENISHMENT = 900;

export const title = 'Start on demand';

export async function run(): Promise<BenchmarkRow[]> {
  const bare = await measure(REPETITIONS, emptyProcess);
  const comparedWith = `a process that loads nothing and ends: ${summary(bare)}`;
  const rows: BenchmarkRow[] = [];
  await withServers(1, async ({ cameras, pipelines }) => {
    await cameras.stream('simulation');
    const warm = await measure(REPETITIONS, () => createAndDelete(pipelines));
    rows.push(row('pipeline, camera running, warm spare', '≤ 80 ms (95 %)', warm, comparedWith));
  });
  await withServers(0, async ({ cameras, pipelines }) => {
    await cameras.stream('simulation');
    const cold = await measure(REPETITIONS, () => createAndDelete(pipelines));
    rows.push(row('pipeline, camera running, no spare', '≤ 300 ms (95 %)', cold, comparedWith));
  });
  await withServers(1, async ({ cameras, pipelines }) => {
    const both = await measure(REPETITIONS, async () => {
      const took = await createAndDelete(pipelines);
      await cameras.deleteInstance('simulation');
      return took;
    });
    rows.push(row('camera and pipeline, warm spares', '≤ 250 ms (95 %)', both, comparedWith));
  });
  return rows;
}

function row(what: string, target: string, times: readonly number[], comparedWith: string): BenchmarkRow {
  return { figure: `request to answer: ${what}`, target, measured: summary(times), comparedWith };
}

function summary(times: readonly number[]): string {
  const sorted = [...times].sort((left, right) => left - right);
  const percentile95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
  return `median ${median(times).toFixed(0)} ms, 95 % ${percentile95.toFixed(0)} ms`;
}

/** The first one is thrown away: it also opens connections. */
async function measure(repetitions: number, work: () => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (let index = -1; index < repetitions; index++) {
    const took = await work();
    if (index >= 0) times.push(took);
    await delay(REPLENISHMENT);
  }
  return times;
}

async function createAndDelete(pipelines: PipelineClient): Promise<number> {
  const start = performance.now();
  const { instanceId } = await pipelines.createFromName('simulation_sp', { instanceId: 'measured' });
  const took = performance.now() - start;
  await pipelines.deleteInstance(instanceId);
  return took;
}

async function emptyProcess(): Promise<number> {
  const start = performance.now();
  const child = fork(join(packageRoot, 'dist/src/common/errors.js'), { stdio: 'ignore' });
  await new Promise((done) => child.once('exit', done));
  return performance.now() - start;
}
