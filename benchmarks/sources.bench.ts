/** Every kind of camera: device, instance and client in processes of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PeerType } from '../src/camera/simulation/peers/types.js';
import { type JsonObject, parseJson } from '../src/common/json.js';
import { packageRoot } from '../src/common/package.js';
import { ChannelAccess } from '../src/epics/index.js';
import { Hdf5File } from '../src/hdf5/index.js';
import { type BenchmarkRow, cameraImage, median } from './benchmark.js';
import { type CameraFigures, measureCamera } from './camera-figures.js';

export const title = 'Cameras of each source type';

const NAME = 'BENCH';
/** How long each camera is measured; the acceptance figures are of 30 s. */
const SECONDS = Number(process.env.CAMSERVER_BENCH_SECONDS ?? 8);
const small = { width: 1280, height: 960 };
const large = { width: 2560, height: 2160 };
export async function run(): Promise<BenchmarkRow[]> {
  const rows: BenchmarkRow[] = [];
  const add = (figure: string, target: string, { rate, missed, processorTime }: CameraFigures): void => {
    const measured = `${rate.toFixed(1)} Hz over ${SECONDS} s, ${missed} missed, ${processorTime.toFixed(2)} ms of processor time per frame`;
    rows.push({ figure, target, measured, comparedWith: 'device, instance and client in three processes' });
  };
  add(
    'bsread camera, 2560×2160 u16, pass-through, 100 Hz',
    '≥ 100 Hz, 0 missed',
    await withDevice('bsread', large, 100),
  );
  add('epics camera, 1280×960 16-bit, 100 Hz', '≥ 100 Hz, 0 missed', await withDevice('epics', small, 100));
  rows.push(await waveformGet());
  for (const [compression, target] of [
    ['none', 300],
    ['bitshuffle_lz4', 150],
  ] as const) {
    const packed = compression === 'none' ? 'uncompressed' : 'bit shuffle';
    add(
      `hdf5 camera, 1280×960 u16, ${packed}, as fast as possible`,
      `≥ ${target} Hz`,
      await fromFile(compression),
    );
  }
  for (const type of ['bsread', 'stream', 'array10', 'bschannel', 'area_detector'] as const) {
    add(`${type} camera, 1280×960 u16, 50 Hz`, 'reported', await withDevice(type, small, 50));
  }
  return rows;
}

async function withDevice(
  type: PeerType,
  { width, height }: typeof small,
  rate: number,
): Promise<CameraFigures> {
  const device = await startDevice(type, width, height, rate);
  try {
    return await measureCamera(NAME, SECONDS, device.configuration);
  } finally {
    await device.stop();
  }
}

interface Device {
  readonly configuration: JsonObject;
  stop(): Promise<void>;
}

async function startDevice(type: PeerType, width: number, height: number, rate: number): Promise<Device> {
  const args = ['simulate', '-t', type, '--name', NAME, '-p', '0', '--ca_port', '0', '--repeat', '8'];
  const size = ['--width', String(width), '--height', String(height), '--rate', String(rate)];
  const child = spawn(process.execPath, [join(packageRoot, 'bin', 'camserver.js'), ...args, ...size], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) {
    for (const [, key, value] of line.matchAll(/(EPICS_\w+)=(\S+)/g)) process.env[key!] = value;
    if (!line.includes('"source_type"')) continue;
    child.stdout.resume();
    const stop = async (): Promise<void> => {
      child.kill();
      await once(child, 'exit');
    };
    return { configuration: parseJson(line) as JsonObject, stop };
  }
  throw new Error(`The simulated ${type} did not start`);
}

async function fromFile(compression: 'none' | 'bitshuffle_lz4'): Promise<CameraFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-bench-'));
  const path = join(folder, 'images.h5');
  try {
    const file = await Hdf5File.create(path);
    const rowShape = [small.height, small.width];
    const dataset = await file.createDataset('/images', { type: 'uint16', rowShape, compression });
    const image = new Uint8Array(cameraImage(small.width, small.height).buffer);
    for (let row = 0; row < 50; row += 1) await file.write([{ dataset, first: row, bytes: image }]);
    await file.close();
    return await measureCamera(NAME, SECONDS, { source: `${path}:/images`, source_type: 'hdf5' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function waveformGet(): Promise<BenchmarkRow> {
  const device = await startDevice('epics', small.width, small.height, 1);
  const channelAccess = new ChannelAccess();
  try {
    const channel = channelAccess.channel(`${NAME}:FPICTURE`);
    await channel.connect({ timeout: 5 });
    const times: number[] = [];
    for (let round = 0; round < 30; round += 1) {
      const start = performance.now();
      await channel.get();
      times.push(performance.now() - start);
    }
    return {
      figure: 'Channel Access: get of a waveform of 1280×960 16-bit',
      target: '≤ 10 ms',
      measured: `${median(times).toFixed(1)} ms`,
      comparedWith: 'another process over loopback, server included',
    };
  } finally {
    channelAccess.close();
    await device.stop();
  }
}
