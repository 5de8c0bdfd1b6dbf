/**
 * What instances cost a pipeline server: memory of each, and what is left after many starts and stops.
 * `INSTANCE_CYCLES=1000` makes the full run; the default is short enough for a look.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { PipelineClient } from '../src/client/index.js';
import type { JsonObject } from '../src/common/json.js';
import { type BenchmarkRow, median } from './benchmark.js';
import { childProcesses, openFiles, proportionalSetSize, residentSetSize } from './process-figures.js';
import { type Servers, withServers } from './servers.js';

export const title = 'instances of a pipeline server';

const INSTANCES = 8;
const CYCLES = Number(process.env.INSTANCE_CYCLES ?? 100);
/** Cycles before the first reading: code is compiled, and memory that every server needs is taken. */
const WARM_UP = Math.ceil(CYCLES / 10);
/** Cycles under way at the same time. */
const LANES = 4;
const SETTLE = 5000;
/** Milliseconds that a machine which is busy may need for a process. */
const LONGEST_WAIT = 60_000;
/** Milliseconds between two readings of the memory. */
const READING_INTERVAL = 250;

export async function run(): Promise<BenchmarkRow[]> {
  const rows: BenchmarkRow[] = [];
  await withServers(1, async (servers) => {
    rows.push(...(await measureMemory(servers)), ...(await measureCycles(servers)));
  });
  return rows;
}

async function measureMemory({ pipelines }: Servers): Promise<BenchmarkRow[]> {
  const config = { camera_name: 'simulation', no_client_timeout: 0, pause: true };
  const ids = Array.from({ length: INSTANCES }, (_, index) => `memory-${index}`);
  for (const id of ids) await pipelines.createFromConfig(config, id);
  await delay(SETTLE);
  const idle = median((await instancePids(pipelines)).map(proportionalSetSize));
  for (const id of ids) await pipelines.changeInstanceConfig(id, { pause: false });
  await delay(SETTLE);
  const busy = median((await instancePids(pipelines)).map(proportionalSetSize));
  for (const id of ids) await pipelines.deleteInstance(id);
  const comparedWith = `median of ${INSTANCES} instances on one server, camera of 1280x960 u16`;
  return [
    row('memory added per idle instance (PSS)', '≤ 30 MB', `${idle.toFixed(0)} MB`, comparedWith),
    row('memory added per busy instance (PSS)', '≤ 45 MB', `${busy.toFixed(0)} MB`, comparedWith),
  ];
}

async function measureCycles({ pipelines, pipelineServer: server }: Servers): Promise<BenchmarkRow[]> {
  await cycle(pipelines, WARM_UP);
  await spareAgain(pipelines);
  const before = await footprint(pipelines, server);
  const memory: number[] = [];
  for (let quarter = 0; quarter < 4; quarter += 1) {
    memory.push(await medianMemory(server, () => cycle(pipelines, CYCLES / 4)));
  }
  const { lag } = await metrics(pipelines);
  await spareAgain(pipelines);
  const after = await footprint(pipelines, server);
  const text = ({ processes, ports, files }: typeof before): string =>
    `${processes} processes, ${ports} ports, ${files} files`;
  return [
    row(`what is left after ${CYCLES} starts and stops`, 'nothing', text(after), `before: ${text(before)}`),
    row(
      `memory of the server during ${CYCLES} starts and stops (RSS)`,
      '≤ 3 MB more in the last quarter than in the first',
      `${memory.map((megabytes) => megabytes.toFixed(0)).join(', ')} MB`,
      `medians of the quarters; before, after ${WARM_UP} starts: ${before.memory.toFixed(0)} MB`,
    ),
    row(
      'longest delay of the event loop of the server while instances start and stop',
      '< 50 ms',
      `${(lag * 1000).toFixed(0)} ms`,
      `${LANES} starts at a time, all processes on the same processors`,
    ),
  ];
}

async function cycle(pipelines: PipelineClient, times: number): Promise<void> {
  const lane = async (number: number): Promise<void> => {
    for (let index = number; index < times; index += LANES) {
      const id = `cycle-${number}`;
      await pipelines.createFromName('simulation_sp', { instanceId: id });
      await pipelines.deleteInstance(id);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
}

/** Waits until the spare process is there again, and until what ended has been cleaned up: one state to compare with another. */
async function spareAgain(pipelines: PipelineClient): Promise<void> {
  const deadline = performance.now() + LONGEST_WAIT;
  while ((await metrics(pipelines)).spares === 0) {
    if (performance.now() > deadline) throw new Error(`No spare process within ${LONGEST_WAIT / 1000} s`);
    await delay(READING_INTERVAL);
  }
  await delay(SETTLE);
}

/** Of the server while `work` is done: a single reading depends on when garbage was collected last. */
async function medianMemory(server: number, work: () => Promise<void>): Promise<number> {
  const readings = [residentSetSize(server)];
  const timer = setInterval(() => readings.push(residentSetSize(server)), READING_INTERVAL);
  await work().finally(() => clearInterval(timer));
  return median(readings);
}

async function footprint(pipelines: PipelineClient, server: number) {
  const { ports } = await metrics(pipelines);
  return {
    processes: childProcesses(server).length,
    ports,
    files: openFiles(server),
    memory: residentSetSize(server),
  };
}

/** Reading resets the longest delay. */
async function metrics({ address }: PipelineClient): Promise<{ ports: number; lag: number; spares: number }> {
  const text = await (await fetch(`${address}/metrics`)).text();
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
  return {
    ports: value('camserver_stream_ports_used'),
    lag: value('nodejs_eventloop_lag_max_seconds'),
    spares: value('camserver_spare_processes'),
  };
}

async function instancePids(pipelines: PipelineClient): Promise<number[]> {
  const { active_instances } = (await pipelines.info()) as { active_instances: JsonObject };
  return Object.values(active_instances).map((record) =>
    Number(((record as JsonObject).statistics as JsonObject).pid),
  );
}

function row(figure: string, target: string, measured: string, comparedWith: string): BenchmarkRow {
  return { figure, target, measured, comparedWith };
}
