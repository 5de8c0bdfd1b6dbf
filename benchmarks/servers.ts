/** A camera server and a pipeline server as processes, on a copy of the sample configuration. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CamClient, PipelineClient } from '../src/client/index.js';
import { packageRoot } from '../src/common/package.js';

/** Until a spare is there and warm. */
const WARM_UP = 900;

export interface Servers {
  readonly cameras: CamClient;
  readonly pipelines: PipelineClient;
  /** Process number of the pipeline server. */
  readonly pipelineServer: number;
}

export async function withServers(spares: number, work: (servers: Servers) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-bench-'));
  cpSync(join(packageRoot, 'config'), folder, { recursive: true });
  for (const name of ['background_config', 'user_scripts'])
    mkdirSync(join(folder, name), { recursive: true });
  const cameras = new CamClient(`http://127.0.0.1:${await freePort()}`);
  const pipelines = new PipelineClient(`http://127.0.0.1:${await freePort()}`);
  const common = ['-i', '127.0.0.1', '-n', '127.0.0.1', '--log_level', 'ERROR', '--spares', String(spares)];
  const scripts = ['-u', join(folder, 'user_scripts')];
  const camera = serve('camera-server', cameras.address, [
    ...[...common, ...scripts, '-b', join(folder, 'camera_config')],
    ...['-g', join(folder, 'background_config')],
  ]);
  const pipeline = serve('pipeline-server', pipelines.address, [
    ...[...common, ...scripts, '-b', join(folder, 'pipeline_config')],
    ...['-g', join(folder, 'background_config'), '-c', cameras.address],
  ]);
  try {
    await Promise.all([answering(cameras), answering(pipelines)]);
    await delay(WARM_UP);
    await work({ cameras, pipelines, pipelineServer: pipeline.pid! });
  } finally {
    for (const server of [camera, pipeline]) server.kill('SIGTERM');
    await Promise.all([camera, pipeline].map((server) => new Promise((done) => server.once('exit', done))));
    rmSync(folder, { recursive: true, force: true });
  }
}

function serve(command: string, address: string, options: readonly string[]): ChildProcess {
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
