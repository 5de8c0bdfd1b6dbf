/** The simulated camera: making a frame, and a whole instance at 100 Hz with one client. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Receiver } from '../src/bsread/index.js';
import { startCameraServer } from '../src/camera/server.js';
import { CAMERA_DEFAULTS } from '../src/camera/settings.js';
import { FrameGenerator } from '../src/camera/simulation/frames.js';
import { simulateBeamNative, simulateBeamReference } from '../src/camera/simulation/kernel.js';
import { CamClient } from '../src/client/index.js';
import { type BenchmarkRow, medianTime } from './benchmark.js';
import { cpuSeconds } from './process-figures.js';

export const title = 'Simulated camera, 1280×960 uint16';

const SECONDS = 5;
const WARM_UP = 1.5;
const size = { width: 1280, height: 960 } as const;

export async function run(): Promise<BenchmarkRow[]> {
  if (simulateBeamNative === null) throw new Error('The addon is not built');
  const native = timeOf(new FrameGenerator(Math.random, simulateBeamNative));
  const reference = timeOf(new FrameGenerator(Math.random, simulateBeamReference));
  const { rate, processorTime } = await measureInstance();
  return [
    {
      figure: 'Simulated frame, 1280×960 uint16',
      target: '< 2 ms',
      measured: `${native.toFixed(2)} ms`,
      comparedWith: `TypeScript twin ${reference.toFixed(2)} ms`,
    },
    {
      figure: 'Simulated camera at 100 Hz, 1280×960 uint16, 1 client',
      target: '≥ 100 Hz',
      measured: `${rate.toFixed(1)} Hz, ${processorTime.toFixed(1)} ms of processor time per frame`,
      comparedWith: `${native.toFixed(2)} ms to make the frame`,
    },
  ];
}

function timeOf(generator: FrameGenerator): number {
  return medianTime(100, () => generator.next({ ...size, beam: true, dtype: 'uint16' }));
}

async function measureInstance(): Promise<{ rate: number; processorTime: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-bench-'));
  const config = { source: '', source_type: 'simulation', size_x: 1280, size_y: 960, frame_rate: 100 };
  writeFileSync(join(folder, 'CAM.json'), JSON.stringify(config));
  const server = await startCameraServer({
    port: 0,
    interface: '127.0.0.1',
    hostname: '127.0.0.1',
    portRange: { from: 14_100, to: 14_200 },
    mode: 0,
    configFolder: folder,
    backgroundFolder: folder,
    scriptFolder: folder,
    ipcFolder: folder,
    defaults: CAMERA_DEFAULTS,
    logLevel: 'ERROR',
    spares: 0,
    onReset: () => {},
  });
  try {
    const client = new CamClient(server.url);
    const address = await client.stream('CAM');
    const receiver = new Receiver({ address, highWaterMark: 10, receiveTimeout: 1000 });
    await receiver.open();
    await countFrames(receiver, WARM_UP);
    const active = (await client.info()).active_instances as Record<string, { statistics: { pid: string } }>;
    const { pid } = active.CAM!.statistics;
    const before = cpuSeconds(Number(pid));
    const frames = await countFrames(receiver, SECONDS);
    const processorTime = ((cpuSeconds(Number(pid)) - before) * 1000) / frames;
    receiver.close();
    return { rate: frames / SECONDS, processorTime };
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

async function countFrames(receiver: Receiver, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let frames = 0;
  while (performance.now() < end) {
    const message = await receiver.receive();
    if (message === null) continue;
    frames += 1;
    message.release();
  }
  return frames;
}
