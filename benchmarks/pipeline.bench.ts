/**
 * A pipeline instance between a camera and a consumer, each a process of its own, all on the same processors. With
 * `PIPELINE_SECONDS=30` each rate is held for so long, and `PIPELINE_RATES=100,250` names the rates; the defaults are short enough
 * for a look.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../src/common/json.js';
import { arrayValue } from '../src/common/values.js';
import { type Instance, PIPELINE_POLICY, Supervisor } from '../src/instances/index.js';
import { BackgroundStore } from '../src/storage/index.js';
import { preparePipelineConfiguration } from '../src/worker/configuration/index.js';
import type { BenchmarkRow } from './benchmark.js';
import type { Burst, ConsumerReport } from './pipeline-peer.js';
import { cpuSeconds, proportionalSetSize } from './process-figures.js';

export const title = 'pipeline instance';

const SECONDS = Number(process.env.PIPELINE_SECONDS ?? 2);
const RATES = (process.env.PIPELINE_RATES ?? '50,100,150,200,250,300,350,400,500').split(',').map(Number);

interface Size {
  readonly width: number;
  readonly height: number;
}

const SMALL: Size = { width: 1280, height: 960 };
const LARGE: Size = { width: 2560, height: 2160 };

interface Held {
  readonly missed: number;
  /** Of the instance process. */
  readonly cpuPerFrame: number;
  readonly latencies: number[];
  /** Proportional set size in megabytes. */
  readonly memory: number;
}

export async function run(): Promise<BenchmarkRow[]> {
  const rows: BenchmarkRow[] = [];
  await withPipeline(SMALL, {}, async (hold) => {
    await hold(50, 1);
    const slow = await hold(50, Math.max(SECONDS, 4));
    rows.push(
      row('latency publish → receive, 1280x960 u16, 50 Hz', 'p50 ≤ 3 ms, p99 ≤ 10 ms', latency(slow)),
      ...(await fastest('1280x960 u16, background, both fits, with image', SMALL, hold, '≥ 250 Hz', 2.5)),
    );
  });
  await withPipeline(LARGE, { exclude: ['image'] }, async (hold) => {
    await hold(20, 1);
    rows.push(
      ...(await fastest('2560x2160 u16, background, both fits, no image', LARGE, hold, '≥ 100 Hz', 10)),
    );
  });
  await withPipeline(LARGE, {}, async (hold) => {
    await hold(20, 1);
    const { cpuPerFrame, missed } = await hold(20, Math.max(SECONDS, 4));
    rows.push(
      row(
        'CPU of the instance per frame, 2560x2160 u16, background, both fits, with image, 20 Hz',
        '≤ 10 ms',
        `${cpuPerFrame.toFixed(2)} ms, ${missed} frames missed`,
      ),
    );
  });
  await withPipeline(SMALL, { processing_threads: 1 }, async (hold) => {
    await hold(50, 1);
    rows.push(...(await fastest('1280x960 u16, the same in a worker thread', SMALL, hold, '–', 4)));
  });
  return rows;
}

type Hold = (rate: number, seconds: number) => Promise<Held>;

/** The highest rate at which nothing is lost, and what a frame costs there. */
async function fastest(
  what: string,
  { width, height }: Size,
  hold: Hold,
  target: string,
  cpuTarget: number,
): Promise<BenchmarkRow[]> {
  let best: { rate: number; held: Held } | null = null;
  for (const rate of RATES) {
    const held = await hold(rate, SECONDS);
    if (held.missed > 0) break;
    best = { rate, held };
  }
  const megabytes = (2 * width * height) / 1e6;
  const { rate = 0, held = null } = best ?? {};
  return [
    row(`highest rate without loss, ${what}`, target, `${rate} Hz (${(rate * megabytes).toFixed(0)} MB/s)`),
    row(`CPU of the instance per frame, ${what}`, `≤ ${cpuTarget} ms`, `${held?.cpuPerFrame.toFixed(2)} ms`),
    row(`memory of the instance alone after that (PSS), ${what}`, '–', `${held?.memory.toFixed(0)} MB`),
  ];
}

function row(figure: string, target: string, measured: string): BenchmarkRow {
  return {
    figure,
    target,
    measured,
    comparedWith: `${SECONDS} s per rate, camera and consumer on the same processors`,
  };
}

function latency({ latencies }: Held): string {
  const quantile = (share: number): string =>
    (latencies[Math.floor(latencies.length * share)] ?? Number.NaN).toFixed(1);
  return `p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`;
}

/** Starts camera, pipeline and consumer for the duration of `use`. */
async function withPipeline(
  size: Size,
  config: JsonObject,
  use: (hold: Hold) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-bench-'));
  const peer = fileURLToPath(new URL('./pipeline-peer.js', import.meta.url));
  const camera = fork(peer, ['camera', String(size.width), String(size.height)]);
  const supervisor = createSupervisor();
  let consumer: ChildProcess | null = null;
  try {
    const { width, height } = size;
    const dark = new Uint16Array(width * height).fill(90);
    await new BackgroundStore(folder).store('dark', arrayValue(dark, [height, width]));
    const input = await answer<string>(camera);
    const instance = await startInstance(supervisor, folder, { ...config, input_stream: input });
    consumer = fork(peer, ['consumer', `tcp://127.0.0.1:${instance.port}`]);
    await answer(consumer);
    await sleep(300);
    const receiver = consumer;
    await use((rate, seconds) => measure(camera, instance, receiver, { rate, frames: rate * seconds }));
  } finally {
    camera.kill();
    consumer?.kill();
    await supervisor.close();
    rmSync(folder, { recursive: true });
  }
}

function createSupervisor(): Supervisor {
  const log = { debug() {}, info() {}, warning: console.error, error: console.error };
  return new Supervisor({
    portRange: { from: 21_100, to: 21_200 },
    portPolicy: PIPELINE_POLICY,
    address: '127.0.0.1',
    log,
    spares: 0,
    onInstanceLog: (_suffix, [, , level, text]) => {
      if (level !== 'DEBUG') console.error(`  ${level} ${text}`);
    },
  });
}

function startInstance(supervisor: Supervisor, folder: string, config: JsonObject): Promise<Instance> {
  return supervisor.create('pipeline', () => ({
    name: 'pipeline',
    program: new URL('../src/worker/pipelines/program.js', import.meta.url).href,
    logSuffix: 'name:pipeline',
    config: preparePipelineConfiguration({
      camera_name: 'cam',
      image_background_enable: true,
      image_background: 'dark',
      queue_size: 100,
      no_client_timeout: 0,
      ...config,
    }),
    options: { camera_server: 'http://127.0.0.1:1', background_folder: folder, script_folder: folder },
    port: 'allocate',
    kind: 'pipeline',
  }));
}

async function measure(
  camera: ChildProcess,
  { pid }: Instance,
  consumer: ChildProcess,
  burst: Burst,
): Promise<Held> {
  const before = cpuSeconds(pid!);
  camera.send(burst);
  await answer(camera);
  await sleep(500);
  const cpu = cpuSeconds(pid!) - before;
  const memory = proportionalSetSize(pid!);
  consumer.send('report');
  const { messages, latencies } = await answer<ConsumerReport>(consumer);
  const missed = burst.frames - messages;
  return { missed, cpuPerFrame: (cpu * 1000) / burst.frames, latencies, memory };
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T];
  return message;
}
