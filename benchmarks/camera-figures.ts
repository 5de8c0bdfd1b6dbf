/** What one camera achieves: its instance in a server of its own, and one client. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Receiver } from '../src/bsread/index.js';
import { startCameraServer } from '../src/camera/server.js';
import { CAMERA_DEFAULTS } from '../src/camera/settings.js';
import { CamClient } from '../src/client/index.js';
import type { JsonObject } from '../src/common/json.js';
import { cpuSeconds } from './process-figures.js';

const PORTS = { from: 14_200, to: 14_300 };
/** Seconds before the measurement. */
const WARM_UP = 1.5;

export interface CameraFigures {
  /** Images per second at the client. */
  readonly rate: number;
  /** Pulses between the first and the last one that did not come. */
  readonly missed: number;
  /** Processor milliseconds of the instance per image. */
  readonly processorTime: number;
}

/** A camera of that configuration in a server of its own, and its client. */
export async function measureCamera(
  name: string,
  seconds: number,
  configuration: JsonObject,
): Promise<CameraFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-bench-'));
  const server = await startCameraServer({
    port: 0,
    interface: '127.0.0.1',
    hostname: '127.0.0.1',
    portRange: PORTS,
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
    await client.saveConfig(name, configuration);
    const address = await client.stream(name);
    const receiver = new Receiver({ address, highWaterMark: 20, receiveTimeout: 1000 });
    await receiver.open();
    await countFrames(receiver, WARM_UP);
    const active = (await client.info()).active_instances as Record<string, { statistics: { pid: string } }>;
    const pid = Number(active[name]!.statistics.pid);
    const before = cpuSeconds(pid);
    const { frames, missed } = await countFrames(receiver, seconds);
    const processorTime = ((cpuSeconds(pid) - before) * 1000) / frames;
    receiver.close();
    return { rate: frames / seconds, missed, processorTime };
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

/** Each pulse id is one more than the one before, so that those between the first and the last tell what is missing. */
async function countFrames(
  receiver: Receiver,
  seconds: number,
): Promise<{ readonly frames: number; readonly missed: number }> {
  const end = performance.now() + seconds * 1000;
  let frames = 0;
  let [first, last]: (bigint | null)[] = [null, null];
  while (performance.now() < end) {
    const message = await receiver.receive();
    if (message === null) continue;
    frames += 1;
    first ??= message.pulseId;
    last = message.pulseId;
    message.release();
  }
  return { frames, missed: first === null ? 0 : Number(last! - first) + 1 - frames };
}
