/**
 * A cluster inside the test's process: managers and workers on ports that the system chooses; only instances are processes
 * of their own.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCameraServer } from '../../src/camera/server.js';
import { CAMERA_DEFAULTS } from '../../src/camera/settings.js';
import { CamClient, PipelineClient, ProxyClient } from '../../src/client/index.js';
import { formatJson, type JsonObject } from '../../src/common/json.js';
import { startCameraManager } from '../../src/proxy/camera-manager-server.js';
import type { Manager } from '../../src/proxy/manager.js';
import type { ManagerOptions } from '../../src/proxy/manager-options.js';
import {
  type PipelineManagerOptions,
  startPipelineManager,
} from '../../src/proxy/pipeline-manager-server.js';
import { PIPELINE_DEFAULTS } from '../../src/worker/defaults.js';
import { type PipelineServerOptions, startPipelineServer } from '../../src/worker/server.js';
import { freePortRange } from '../support/ports.js';

export interface Answer {
  readonly code: number;
  readonly state: string;
  readonly status: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are what the tests are about
  readonly [member: string]: any;
}

export interface TestWorker {
  readonly url: string;
  readonly folder: string;
  close(): Promise<void>;
}

export interface TestManager<Client> {
  readonly manager: Manager;
  readonly url: string;
  readonly client: Client;
  readonly proxy: ProxyClient;
  /** The folder of the configurations; `backgrounds` and `scripts` stand beside it. */
  readonly folder: string;
  /** Calls any path and gives the answer as it came. */
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

/** Small and quick, and without an end for lack of clients within a test. */
export const SMALL_CAMERA: JsonObject = {
  source: 'simulation',
  source_type: 'simulation',
  size_x: 64,
  size_y: 48,
  frame_rate: 10,
  no_client_timeout: 600,
};

/** Of requests, in milliseconds. */
const PATIENT = { info: 60_000, call: 100_000, start: 100_000 };

const LOCAL = { interface: '127.0.0.1', hostname: '127.0.0.1', logLevel: 'CRITICAL' } as const;

export async function startCameraWorker(options: { port?: number; boot?: string } = {}): Promise<TestWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  for (const name of ['backgrounds', 'scripts']) mkdirSync(join(folder, name));
  const server = await startCameraServer({
    ...LOCAL,
    port: options.port ?? 0,
    portRange: await freePortRange(20),
    mode: 0,
    configFolder: null,
    backgroundFolder: join(folder, 'backgrounds'),
    scriptFolder: join(folder, 'scripts'),
    ipcFolder: folder,
    defaults: CAMERA_DEFAULTS,
    spares: 0,
    onReset: () => {},
  });
  return withFolder(server, folder);
}

export async function startPipelineWorker(
  cameraServer: string,
  port = 0,
  extend?: PipelineServerOptions['extend'],
): Promise<TestWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  for (const name of ['backgrounds', 'scripts']) mkdirSync(join(folder, name));
  const server = await startPipelineServer({
    ...LOCAL,
    port,
    portRange: await freePortRange(20),
    cameraServer,
    configFolder: null,
    backgroundFolder: join(folder, 'backgrounds'),
    scriptFolder: join(folder, 'scripts'),
    defaults: PIPELINE_DEFAULTS,
    sharedReadOnly: false,
    spares: 0,
    onReset: () => {},
    ...(extend === undefined ? {} : { extend }),
  });
  return withFolder(server, folder);
}

/** Configurations and control files (`servers`, `permanent_instances`) by name without `.json`. */
export type Files = Readonly<Record<string, JsonObject>>;

export async function startCameras(
  workers: readonly TestWorker[],
  files: Files = {},
  options: Partial<ManagerOptions> = {},
): Promise<TestManager<CamClient>> {
  const settings = managerOptions(workers, files, options);
  const manager = await startCameraManager(settings);
  return testManager(manager, new CamClient(manager.url, PATIENT), settings);
}

export async function startPipelines(
  workers: readonly TestWorker[],
  cameraServer: string,
  files: Files = {},
  options: Partial<PipelineManagerOptions> = {},
): Promise<TestManager<PipelineClient>> {
  const settings = {
    ...managerOptions(workers, files, options),
    cameraServer,
    sharedReadOnly: false,
    backgroundDaysToLive: -1,
    ...options,
  };
  const manager = await startPipelineManager(settings);
  return testManager(manager, new PipelineClient(manager.url, PATIENT), settings);
}

function managerOptions(
  workers: readonly TestWorker[],
  files: Files,
  options: Partial<ManagerOptions>,
): ManagerOptions {
  const root = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  const configFolder = join(root, 'configurations');
  for (const name of ['configurations', 'backgrounds', 'scripts']) mkdirSync(join(root, name));
  const pool = Object.fromEntries(workers.map(({ url }) => [url, { expanding: true }]));
  for (const [name, content] of Object.entries({ servers: pool, ...files })) {
    writeFileSync(join(configFolder, `${name}.json`), formatJson(content, 1));
  }
  return {
    ...LOCAL,
    port: 0,
    configFolder,
    servers: '',
    updateTimeout: 2000,
    clientTimeout: 100_000,
    pollInterval: 200,
    registrationSecret: null,
    backgroundFolder: join(root, 'backgrounds'),
    scriptFolder: join(root, 'scripts'),
    restartFrozen: false,
    frozenAfter: 15_000,
    onReset: () => {},
    ...options,
  };
}

function testManager<Client>(
  manager: Manager,
  client: Client,
  { configFolder }: ManagerOptions,
): TestManager<Client> {
  return {
    manager,
    url: manager.url,
    client,
    proxy: new ProxyClient(manager.url, PATIENT),
    folder: configFolder,
    call: async (method, path, body) => {
      const response = await fetch(`${manager.url}${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
      });
      return { code: response.status, ...((await response.json()) as { state: string; status: string }) };
    },
    close: async () => {
      await manager.close();
      rmSync(join(configFolder, '..'), { recursive: true, force: true });
    },
  };
}

function withFolder(server: { url: string; close(): Promise<void> }, folder: string): TestWorker {
  return {
    url: server.url,
    folder,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
