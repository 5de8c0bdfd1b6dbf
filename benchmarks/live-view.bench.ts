/** What people who look at an instance cost, and how old the pictures are that they see. */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { FrameHeader } from '../src/console/live-protocol.js';
import { viewPath } from '../src/console/live-protocol.js';
import { type BenchmarkRow, median } from './benchmark.js';
import { cpuSeconds } from './process-figures.js';
import { withServers } from './servers.js';

/** Milliseconds of each measurement. */
const DURATION = 8000;
const STREAM_RATE = 25;
const VIEW = { type: 'view', width: 1280, height: 960, rate: 20, bit_rate: 200_000_000 };

export const title = 'Live view';

interface Watching {
  readonly frames: number;
  readonly megabytes: number;
  /** Milliseconds from the time stamp of the message to its receipt. */
  readonly ages: readonly number[];
}

export async function run(): Promise<BenchmarkRow[]> {
  const rows: BenchmarkRow[] = [];
  await withServers(1, async ({ cameras, pipelines }) => {
    await cameras.saveConfig('simulation', {
      ...(await cameras.config('simulation')),
      frame_rate: STREAM_RATE,
    });
    const config = { camera_name: 'simulation', no_client_timeout: 0 };
    const { instanceId } = await pipelines.createFromConfig(config, 'watched');
    const info = await pipelines.instanceInfo(instanceId);
    const pid = Number((info.statistics as { pid: string }).pid);
    const address = `${pipelines.address.replace('http', 'ws')}${viewPath('pipelines', instanceId)}`;
    await delay(2000);
    const idle = await cpuDuring(pid, () => delay(DURATION));
    let watching: Watching | null = null;
    const watched = await cpuDuring(pid, async () => {
      watching = await watch(address);
    });
    const { frames, megabytes, ages } = watching!;
    const cost = (watched - idle) / frames;
    rows.push({
      figure: 'processor time of the instance per shown frame, 1280x960 in full',
      target: '≤ 3 ms',
      measured: `${cost.toFixed(2)} ms`,
      comparedWith: `${(idle / (STREAM_RATE * (DURATION / 1000))).toFixed(2)} ms per processed frame`,
    });
    rows.push({
      figure: 'frames per second that reach a viewer that asks for 20',
      target: '≥ 20',
      measured: `${(frames / (DURATION / 1000)).toFixed(1)}, ${(megabytes / (DURATION / 1000)).toFixed(1)} MB/s`,
      comparedWith: `a stream of ${STREAM_RATE} Hz`,
    });
    rows.push({
      figure: 'from the time stamp of the camera to the viewer, median',
      target: '≤ 150 ms',
      measured: `${median(ages).toFixed(0)} ms`,
      comparedWith: `period of the stream ${1000 / STREAM_RATE} ms`,
    });
  });
  return rows;
}

function watch(address: string): Promise<Watching> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address);
    const ages: number[] = [];
    let bytes = 0;
    socket.on('error', reject);
    socket.on('open', () => {
      socket.send(JSON.stringify(VIEW));
      setTimeout(() => {
        socket.close();
        resolve({ frames: ages.length, megabytes: bytes / 1e6, ages });
      }, DURATION);
    });
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (!isBinary) return;
      const header = JSON.parse(data.toString('utf8', 4, 4 + data.readUInt32LE(0))) as FrameHeader;
      ages.push(Date.now() - header.timestamp * 1000);
      bytes += data.length;
      socket.send(JSON.stringify({ type: 'ack', frame: header.frame }));
    });
  });
}

/** Milliseconds of processor time that a process takes meanwhile. */
async function cpuDuring(pid: number, work: () => Promise<unknown>): Promise<number> {
  const before = cpuSeconds(pid);
  await work();
  return (cpuSeconds(pid) - before) * 1000;
}
