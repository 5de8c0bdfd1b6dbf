/** How long a client waits for a stream that does not run yet. */
import { fork, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CamClient, PipelineClient } from '../src/client/index.js';
import { packageRoot } from '../src/common/package.js';
import { type BenchmarkRow, median } from './benchmark.js';

const REPETITIONS = 20;
/** Until the spare that was used is replaced and warm again. */
const REPLENISHMENT = 900;

export const title = 'Start on demand';

export async function run(): Promise<BenchmarkRow[]> {
  const bare = await measure(REPETITIONS, emptyProcess);
  const comparedWith = `a process that loads nothing and ends: ${summary(bare)}`;
  const rows: BenchmarkRow[] = [];
  await withCluster(1, async (cameras, pipelines) => {
    await cameras.stream('simulation');
    const warm = await measure(REPETITIONS, () => createAndDelete(pipelines));
    rows.push(row('pipeline, camera running, warm spare', '≤ 80 ms (95 %)', warm, comparedWith));
  });
  await withCluster(0, async (cameras, pipelines) => {
    await cameras.stream('simulation');
    const cold = await measure(REPETITIONS, () => createAndDelete(pipelines));
    rows.push(row('pipeline, camera running, no spare', '≤ 300 ms (95 %)', cold, comparedWith));
  });
  await withCluster(1, async (cameras, pipelines) => {
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

async function withCluster(
  spares: number,
  work: (cameras: CamClient, pipelines: PipelineClient) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-bench-'));
  cpSync(join(packageRoot, 'config'), folder, { recursive: true });
  for (const name of ['background_config', 'user_scripts'])
    mkdirSync(join(folder, name), { recursive: true });
  const cameras = new CamClient(`http://127.0.0.1:${await freePort()}`);
  const pipelines = new PipelineClient(`http://127.0.0.1:${await freePort()}`);
  const common = ['-i', '127.0.0.1', '-n', '127.0.0.1', '--log_level', 'ERROR', '--spares', String(spares)];
  const scripts = ['-u', join(folder, 'user_scripts')];
  const servers = [
    serve('camera-server', cameras.address, [...common, ...scripts, '-b', join(folder, 'camera_config')]),
    serve('pipeline-server', pipelines.address, [
      ...[...common, ...scripts, '-b', join(folder, 'pipeline_config')],
      ...['-g', join(folder, 'background_config'), '-c', cameras.address],
    ]),
  ];
  try {
    await Promise.all([answering(cameras), answering(pipelines)]);
    await delay(REPLENISHMENT);
    await work(cameras, pipelines);
  } finally {
    for (const server of servers) server.kill('SIGTERM');
    await Promise.all(servers.map((server) => new Promise((done) => server.once('exit', done))));
    rmSync(folder, { recursive: true, force: true });
  }
}

function serve(command: string, address: string, options: readonly string[]) {
  const program = join(packageRoot, 'bin', 'camserver.js');
  const port = new URL(address).port;
  return spawn(process.execPath, [program, command, '-p', port, ...options], { stdio: 'inherit' });
}

async function answering(client: CamClient | PipelineClient): Promise<void> {
  for (;;) {
    try {
      await client.version();
      return;
    } catch {
      await delay(50);
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => done(port));
    });
  });
}
