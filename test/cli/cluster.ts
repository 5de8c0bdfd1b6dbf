/** A camera server and a pipeline server as processes, each started again when it dies, as a service manager does it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CamClient, PipelineClient } from '../../src/client/index.js';
import type { JsonObject } from '../../src/common/json.js';
import { packageRoot } from '../../src/common/package.js';
import { freePortRange } from '../support/ports.js';

/** Of requests, in milliseconds. */
export const PATIENT = { info: 10_000, call: 60_000 };

export interface Service {
  readonly client: CamClient | PipelineClient;
  /** Process number of the present life. */
  readonly pid: number;
}

export interface Services {
  readonly cameras: Service & { readonly client: CamClient };
  readonly pipelines: Service & { readonly client: PipelineClient };
  /** Ends both at once with SIGTERM. @returns their exit codes, null for one that a signal killed */
  stop(): Promise<{ readonly cameras: number | null; readonly pipelines: number | null }>;
}

/** @param cameras and pipelines: stored configurations by name */
export async function startServices(
  cameras: Readonly<Record<string, JsonObject>>,
  pipelines: Readonly<Record<string, JsonObject>>,
): Promise<Services> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  const cameraFolder = storeAll(folder, 'cameras', cameras);
  const pipelineFolder = storeAll(folder, 'pipelines', pipelines);
  const [backgrounds, scripts] = [storeAll(folder, 'backgrounds', {}), storeAll(folder, 'scripts', {})];
  const { from } = await freePortRange(42);
  const common = ['-i', '127.0.0.1', '-n', '127.0.0.1', '--log_level', 'CRITICAL', '-u', scripts];
  const cameraClient = new CamClient(`http://127.0.0.1:${from}`, PATIENT);
  const pipelineClient = new PipelineClient(`http://127.0.0.1:${from + 1}`, PATIENT);
  const camera = keepAlive([
    ...['camera-server', '-p', String(from), ...common, '-r', `${from + 2}:${from + 22}`],
    ...['-b', cameraFolder, '-g', backgrounds],
  ]);
  const pipeline = keepAlive([
    ...['pipeline-server', '-p', String(from + 1), ...common, '-r', `${from + 22}:${from + 42}`],
    ...['-b', pipelineFolder, '-g', backgrounds, '-c', cameraClient.address],
  ]);
  return {
    cameras: {
      client: cameraClient,
      get pid() {
        return camera.pid();
      },
    },
    pipelines: {
      client: pipelineClient,
      get pid() {
        return pipeline.pid();
      },
    },
    async stop() {
      const [cameras, pipelines] = await Promise.all([camera.stop(), pipeline.stop()]);
      rmSync(folder, { recursive: true, force: true });
      return { cameras, pipelines };
    },
  };
}

function storeAll(folder: string, name: string, documents: Readonly<Record<string, JsonObject>>): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [id, document] of Object.entries(documents)) {
    writeFileSync(join(path, `${id}.json`), JSON.stringify(document));
  }
  return path;
}

function keepAlive(commandLine: readonly string[]): { pid(): number; stop(): Promise<number | null> } {
  let stopping = false;
  let ended: Promise<number | null>;
  let child = launch();

  function launch(): ChildProcess {
    const started = spawn(process.execPath, [join(packageRoot, 'bin', 'camserver.js'), ...commandLine], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    ended = new Promise((done) => started.once('exit', done));
    started.once('exit', () => {
      if (!stopping) child = launch();
    });
    return started;
  }

  return {
    pid: () => child.pid!,
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Process numbers of the instances that a server lists, by name; null while it does not answer. */
export async function listedInstances({ client }: Service): Promise<Map<string, number> | null> {
  try {
    const { active_instances } = (await client.info()) as { active_instances: JsonObject };
    return new Map(
      Object.entries(active_instances).map(([name, record]) => {
        const { statistics } = record as { statistics: { pid: string } };
        return [name, Number(statistics.pid)];
      }),
    );
  } catch {
    return null;
  }
}
