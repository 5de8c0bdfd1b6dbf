/** Managers: how fast they answer with many instances, and how fast they act on faults and bursts. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatJson, type JsonObject } from '../src/common/json.js';
import { Listener } from '../test/proxy/listener.js';
import {
  holdersOf,
  type ProcessCluster,
  startProcessCluster,
  TestProcess,
} from '../test/proxy/process-rig.js';
import { freePortRange } from '../test/support/ports.js';
import { until } from '../test/support/until.js';
import { type BenchmarkRow, median } from './benchmark.js';

const WORKERS = 10;
const INSTANCES = 50;
const CONFIGURATIONS = 2000;
const REQUESTS = 100;
const KILLS = Number(process.env.CAMSERVER_KILLS ?? 10);

export const title = 'Cluster';

export async function run(): Promise<BenchmarkRow[]> {
  return [...(await measureListing()), ...(await measureFaults()), await measureBurst()];
}

async function measureListing(): Promise<BenchmarkRow[]> {
  const rows: BenchmarkRow[] = [];
  for (const hung of [0, 1]) {
    const { peer, addresses } = await startPeers(hung);
    const manager = await startManager(addresses);
    const floor = await times(() => get(`${addresses[0]}/api/v1/cam/info`));
    await until(
      async () => (await get(`${manager.url}/api/v1/proxy/info`)).length > WORKERS * INSTANCES * 500,
    );
    const listing = await times(() => get(`${manager.url}/api/v1/proxy/info`));
    const size = (await get(`${manager.url}/api/v1/proxy/info`)).length / 1e6;
    rows.push({
      figure: `GET /proxy/info, ${WORKERS} workers x ${INSTANCES} instances${hung === 0 ? '' : ', one more hangs'}`,
      target: '≤ 30 ms (95 %)',
      measured: `${summary(listing)}, ${size.toFixed(2)} MB`,
      comparedWith: `info of one worker, a tenth of it: ${summary(floor)}`,
    });
    if (hung === 0) {
      const memory = residentMegabytes(manager.pid);
      rows.push({
        figure: `memory of a manager, ${CONFIGURATIONS} configurations, ${WORKERS * INSTANCES} instances`,
        target: '≤ 250 MB',
        measured: `${memory.toFixed(0)} MB resident`,
        comparedWith: '',
      });
    }
    await manager.kill('SIGTERM');
    rmSync(manager.folder, { recursive: true, force: true });
    peer.disconnect();
  }
  return rows;
}

async function measureFaults(): Promise<BenchmarkRow[]> {
  const cluster = await startProcessCluster(['KEPT'], { KEPT: 'KEPT' });
  try {
    const backAfter: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const holder = await holder1(cluster);
      const start = performance.now();
      void holder.kill();
      await until(async () => (await holdersOf(cluster, 'KEPT')).some((other) => other !== holder));
      backAfter.push(performance.now() - start);
      holder.start();
      await holder.answering();
    }
    const holder = await holder1(cluster);
    const before = (await holder.instances()).KEPT?.last_start_time;
    const listener = new Listener(await cluster.client.stream('KEPT'));
    await until(() => listener.received > 5);
    await cluster.manager.kill();
    cluster.manager.start();
    await cluster.manager.answering();
    const restart = listener.received;
    await until(() => listener.received > restart + 10);
    await listener.stop();
    const isRestarted = (await holder.instances()).KEPT?.last_start_time !== before;
    return [
      {
        figure: `permanent instance on another worker after kill -9 of its worker, ${KILLS} kills`,
        target: '≤ 5 s (95 %)',
        measured: summary(backAfter),
        comparedWith: '',
      },
      {
        figure: 'kill -9 and restart of the manager',
        target: '0 restarted instances, 0 missed frames',
        measured: `${isRestarted ? 1 : 0} restarted, ${listener.gaps.length} gaps in ${listener.received} frames`,
        comparedWith: '',
      },
    ];
  } finally {
    await cluster.close();
  }
}

async function measureBurst(): Promise<BenchmarkRow> {
  const names = Array.from({ length: 20 }, (_, index) => `CAM${index}`);
  const cluster = await startProcessCluster(names, {});
  try {
    await until(async () => {
      const { servers } = await cluster.client.info();
      return Object.values(servers as JsonObject).every((server) => (server as JsonObject).load === 0);
    });
    const start = performance.now();
    const requests = Array.from({ length: 100 }, (_, index) =>
      cluster.client.stream(names[index % 20]!, { timeout: 100_000 }),
    );
    await Promise.all(requests);
    const took = performance.now() - start;
    const running = await Promise.all(cluster.workers.map((worker) => worker.instances()));
    const counts = running.map((instances) => Object.keys(instances).length);
    const total = new Set(running.flatMap((instances) => Object.keys(instances))).size;
    return {
      figure: '100 simultaneous starts of 20 cameras over 3 workers',
      target: 'each once, spread ± 1, ≤ 5 s',
      measured: `${(took / 1000).toFixed(1)} s, spread ${counts.join('/')}, ${total} different`,
      comparedWith: '',
    };
  } finally {
    await cluster.close();
  }
}

async function holder1(cluster: ProcessCluster): Promise<TestProcess> {
  return until(async () => {
    const holders = await holdersOf(cluster, 'KEPT');
    return holders.length === 1 ? holders[0] : null;
  }) as Promise<TestProcess>;
}

async function startPeers(hung: number): Promise<{ peer: ChildProcess; addresses: string[] }> {
  const path = fileURLToPath(new URL('./cluster-peer.js', import.meta.url));
  const peer = fork(path, [WORKERS, INSTANCES, hung].map(String));
  return { peer, addresses: await new Promise((resolve) => peer.once('message', resolve as () => void)) };
}

async function startManager(addresses: readonly string[]): Promise<TestProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-bench-'));
  const configurations = join(folder, 'cameras');
  mkdirSync(configurations);
  for (let index = 0; index < CONFIGURATIONS; index += 1) {
    const config = { name: `C${index}`, source: 'simulation', source_type: 'simulation', alias: `A${index}` };
    writeFileSync(join(configurations, `C${index}.json`), formatJson(config, 1));
  }
  const { from } = await freePortRange(1);
  const manager = new TestProcess(`http://127.0.0.1:${from}`, folder, [
    'camera-manager',
    ...['--port', String(from), '--interface', '127.0.0.1', '--hostname', '127.0.0.1'],
    ...['--base', configurations, '--servers', addresses.join(','), '--log_level', 'ERROR'],
    ...['--scripts_base', join(folder, 'scripts'), '--background_base', join(folder, 'backgrounds')],
  ]);
  manager.start();
  await manager.answering();
  await manager.client.aliases();
  return manager;
}

async function get(url: string): Promise<string> {
  return (await fetch(url)).text();
}

async function times(work: () => Promise<unknown>): Promise<number[]> {
  const measured: number[] = [];
  for (let index = -10; index < REQUESTS; index += 1) {
    const start = performance.now();
    await work();
    if (index >= 0) measured.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return measured;
}

function summary(measured: readonly number[]): string {
  const sorted = [...measured].sort((left, right) => left - right);
  const percentile95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
  return `median ${median(measured).toFixed(0)} ms, 95 % ${percentile95.toFixed(0)} ms`;
}

function residentMegabytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1]) / 1024;
}
