/**
 * What users and accidents do to a cluster, at random: streams asked for and left, configurations changed, people looking,
 * processes killed.
 */
import { WebSocket } from 'ws';
import { Receiver } from '../../src/bsread/index.js';
import type { CamClient, PipelineClient } from '../../src/client/index.js';
import { viewPath } from '../../src/console/live-protocol.js';
import { readTree } from './process-tree.js';

export interface ChurnTarget {
  readonly cameras: CamClient;
  readonly pipelines: PipelineClient;
  /** Process that started the cluster. */
  readonly root: number;
}

export interface ChurnCounts {
  /** How often each action was done. */
  readonly done: Record<string, number>;
  /** Refusals and failures by text; some are expected while processes are being killed. */
  readonly failures: Record<string, number>;
  received: number;
}

const PIPELINES = ['simulation_sp', 'simulation_background', 'simulation_slices', 'simulation_threads'];
const CAMERAS = ['simulation', 'CAM2-SMALL', 'CAM4-TURNED'];
/** Milliseconds that somebody stays. */
const STAY = 6000;
/** Milliseconds between two actions. */
const PAUSE = 700;

type Action = (target: ChurnTarget, counts: ChurnCounts, signal: AbortSignal) => Promise<unknown>;

const ACTIONS: Readonly<Record<string, Action>> = {
  'receive a pipeline': async ({ pipelines }, counts, signal) =>
    receive(await pipelines.stream(pick(PIPELINES)), counts, signal),
  'receive a camera': async ({ cameras }, counts, signal) =>
    receive(await cameras.stream(pick(CAMERAS)), counts, signal),
  'create, change and delete an instance': async ({ pipelines }) => {
    const { instanceId } = await pipelines.createFromName(pick(PIPELINES));
    await pipelines.changeInstanceConfig(instanceId, { image_threshold: Math.floor(Math.random() * 50) });
    await pipelines.deleteInstance(instanceId);
  },
  'save a configuration': async ({ pipelines }) => {
    const name = `soak_${Math.floor(Math.random() * 5)}`;
    await pipelines.saveConfig(name, { camera_name: 'simulation', image_threshold: Date.now() % 100 });
  },
  'look at an instance': ({ pipelines }, _counts, signal) =>
    look(`${pipelines.address}${viewPath('pipelines', 'simulation_monitor')}`, signal),
  'fetch a picture': ({ cameras }) => cameras.picture(pick(CAMERAS)),
  'read everything': ({ pipelines }) => fetchText(`${pipelines.address}/api/v2/snapshot`),
  'kill the process of an instance': async ({ root }) => {
    if (Math.random() > 0.2) return;
    const { hosts } = readTree(root);
    if (hosts.length > 0) process.kill(pick(hosts), 'SIGKILL');
  },
};

/** Does things until the signal. */
export async function churn(target: ChurnTarget, counts: ChurnCounts, signal: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>();
  while (!signal.aborted) {
    const [name, action] = pick(Object.entries(ACTIONS));
    counts.done[name] = (counts.done[name] ?? 0) + 1;
    const work = action(target, counts, signal)
      .then(() => {})
      .catch((error: unknown) => {
        const text = `${name}: ${String(error).replace(/[0-9a-f-]{36}|\d+/g, '#')}`.slice(0, 200);
        counts.failures[text] = (counts.failures[text] ?? 0) + 1;
      })
      .finally(() => running.delete(work));
    running.add(work);
    await pause(PAUSE, signal);
  }
  await Promise.all(running);
}

async function receive(address: string, counts: ChurnCounts, signal: AbortSignal): Promise<void> {
  const receiver = new Receiver({ address, receiveTimeout: 200 });
  await receiver.open();
  const end = Date.now() + STAY;
  while (Date.now() < end && !signal.aborted) {
    const message = await receiver.receive();
    if (message === null) continue;
    counts.received += 1;
    message.release();
  }
  receiver.close();
}

async function look(url: string, signal: AbortSignal): Promise<void> {
  const viewer = new WebSocket(url.replace(/^http/, 'ws'));
  const failed = new Promise<never>((_, reject) => viewer.once('error', reject));
  viewer.on('open', () => viewer.send(JSON.stringify({ type: 'view', width: 320, height: 240, rate: 10 })));
  viewer.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary) return;
    const { frame } = JSON.parse(data.toString('utf8', 4, 4 + data.readUInt32LE(0))) as { frame: number };
    viewer.send(JSON.stringify({ type: 'ack', frame }));
  });
  await Promise.race([pause(STAY, signal), failed]);
  viewer.close();
}

async function fetchText(url: string): Promise<string> {
  return (await fetch(url, { signal: AbortSignal.timeout(10_000) })).text();
}

function pick<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)]!;
}

/** At the latest until the signal. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
