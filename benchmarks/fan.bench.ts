/**
 * Four instances in a row: fanout, two workers that process images, fanin. What the camera sends must come out in order and
 * completely while every step waits for the next; without waiting, what is missing must have been counted.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Receiver } from '../src/bsread/index.js';
import type { JsonObject } from '../src/common/json.js';
import { type Instance, PIPELINE_POLICY, Supervisor } from '../src/instances/index.js';
import { preparePipelineConfiguration } from '../src/worker/configuration/index.js';
import type { BenchmarkRow } from './benchmark.js';
import type { Burst } from './pipeline-peer.js';

export const title = 'fanout, two workers, fanin';

const WIDTH = 1280;
const HEIGHT = 960;
const STEADY: Burst = { rate: 50, frames: 250 };
/** More than two workers and their queues can take. */
const FLOOD: Burst = { rate: 200, frames: 1000 };
/** `pid_buffer` of fanin: one worker may be so much behind the other. */
const KEEPING_UP = 4;
const FALLING_BEHIND = 40;
/** Milliseconds without a message that end a run. */
const SILENCE = 1500;

export async function run(): Promise<BenchmarkRow[]> {
  const waiting = await pass(STEADY, KEEPING_UP, {});
  const slow = { rotation: { angle: 5, order: 5 } };
  const dropping = await pass(FLOOD, FALLING_BEHIND, { block: false, queue_size: 1 }, slow);
  const what = `fanout → 2 workers → fanin, ${WIDTH}x${HEIGHT} u16`;
  return [
    row(`${what}, block`, STEADY, 'order kept, 0 lost', waiting, KEEPING_UP),
    row(`${what}, workers too slow, drop`, FLOOD, 'order kept, drops counted', dropping, FALLING_BEHIND),
  ];
}

interface Passed {
  readonly received: number;
  readonly inOrder: boolean;
  /** By the instances, and the messages that `pid_buffer` still holds. */
  readonly counted: number;
}

function row(
  figure: string,
  { rate, frames }: Burst,
  target: string,
  { received, inOrder, counted }: Passed,
  pulseIdBuffer: number,
): BenchmarkRow {
  const missing = frames - received;
  return {
    figure: `${figure}, ${rate} Hz`,
    target,
    measured: `order ${inOrder ? 'kept' : 'LOST'}, ${missing} missing, ${counted} counted`,
    comparedWith: `${frames} frames; ${pulseIdBuffer - 1} of them are held back by pid_buffer`,
  };
}

async function pass(
  burst: Burst,
  pulseIdBuffer: number,
  fanout: JsonObject,
  workers: JsonObject = {},
): Promise<Passed> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-bench-'));
  const peer = fileURLToPath(new URL('./pipeline-peer.js', import.meta.url));
  const camera = fork(peer, ['camera', String(WIDTH), String(HEIGHT)]);
  const log = { debug() {}, info() {}, warning: console.error, error: console.error };
  const supervisor = new Supervisor({
    portRange: { from: 21_300, to: 21_400 },
    portPolicy: PIPELINE_POLICY,
    address: '127.0.0.1',
    log,
    spares: 0,
  });
  try {
    const [input] = (await once(camera, 'message')) as [string];
    const start = (name: string, config: JsonObject) => startInstance(supervisor, folder, name, config);
    const collected = 'tcp://127.0.0.1:21399';
    const fanin = await start('fanin', {
      ...{ pipeline_type: 'fanin', input_stream: collected, mode: 'PUSH', pid_buffer: pulseIdBuffer },
    });
    const first = await start('fanout', { pipeline_type: 'fanout', input_stream: input, ...fanout });
    const instances = [fanin, first];
    for (const name of ['a', 'b']) {
      const input_stream = addressOf(first);
      const connections = { input_stream, input_mode: 'PULL', mode: 'PUSH', output_stream: collected };
      instances.push(await start(name, { camera_name: 'cam', queue_size: 5, ...connections, ...workers }));
    }
    const receiver = new Receiver({ address: addressOf(fanin), mode: 'PULL', receiveTimeout: SILENCE });
    await receiver.open();
    while (instances.some((instance) => instance.lastSample?.clients === 0)) await sleep(50);
    camera.send(burst);
    const pulseIds = await collect(receiver);
    receiver.close();
    await Promise.all(instances.map(({ name }) => supervisor.stop(name)));
    return {
      received: pulseIds.length,
      inOrder: pulseIds.every((pulseId, index) => index === 0 || pulseId > pulseIds[index - 1]!),
      counted: instances.reduce((sum, instance) => sum + droppedBy(instance), 0),
    };
  } finally {
    camera.kill();
    await supervisor.close();
    rmSync(folder, { recursive: true });
  }
}

/** All pulse ids until nothing comes any more. */
async function collect(receiver: Receiver): Promise<bigint[]> {
  const pulseIds: bigint[] = [];
  for (;;) {
    const message = await receiver.receive();
    if (message === null && pulseIds.length > 0) return pulseIds;
    if (message === null) continue;
    pulseIds.push(message.pulseId);
    message.release();
  }
}

const addressOf = ({ port }: Instance): string => `tcp://127.0.0.1:${port}`;

function droppedBy({ lastSample }: Instance): number {
  return Object.values(lastSample?.dropped ?? {}).reduce((sum, count) => sum + count, 0);
}

function startInstance(
  supervisor: Supervisor,
  folder: string,
  name: string,
  config: JsonObject,
): Promise<Instance> {
  return supervisor.create(name, () => ({
    name,
    program: new URL('../src/worker/pipelines/program.js', import.meta.url).href,
    logSuffix: `name:${name}`,
    config: preparePipelineConfiguration({ no_client_timeout: 0, ...config }),
    options: { camera_server: 'http://127.0.0.1:1', background_folder: folder, script_folder: folder },
    port: 'allocate',
    kind: 'pipeline',
  }));
}
