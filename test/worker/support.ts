/** A pipeline server inside the test's process, with folders of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CameraServerOptions, startCameraServer } from '../../src/camera/server.js';
import { CAMERA_DEFAULTS } from '../../src/camera/settings.js';
import { PipelineClient } from '../../src/client/index.js';
import { formatJson, type JsonObject } from '../../src/common/json.js';
import { PIPELINE_DEFAULTS } from '../../src/worker/defaults.js';
import { type PipelineServerOptions, startPipelineServer } from '../../src/worker/server.js';
import { freePortRange } from '../support/ports.js';

export interface TestServer {
  readonly url: string;
  readonly client: PipelineClient;
  readonly folder: string;
  /** Calls `/api/v1/pipeline<path>` and gives the answer as it came. */
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly code: number;
  readonly state: string;
  readonly status: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are what the tests are about
  readonly [member: string]: any;
}

export async function startTestServer(
  options: Partial<PipelineServerOptions> & { worker?: boolean } = {},
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  const folders = ['pipelines', 'backgrounds', 'scripts'].map((name) => join(folder, name));
  for (const path of folders) mkdirSync(path);
  const [configFolder, backgroundFolder, scriptFolder] = folders as [string, string, string];
  const { worker, ...given } = options;
  const server = await startPipelineServer({
    port: 0,
    interface: '127.0.0.1',
    hostname: '127.0.0.1',
    portRange: await freePortRange(20),
    // nobody answers there
    cameraServer: 'http://127.0.0.1:1',
    configFolder: worker === true ? null : configFolder,
    backgroundFolder,
    scriptFolder,
    defaults: PIPELINE_DEFAULTS,
    logLevel: 'CRITICAL',
    sharedReadOnly: false,
    spares: 0,
    onReset: () => {},
    ...given,
  });
  return {
    url: server.url,
    client: new PipelineClient(server.url, { info: 60_000, call: 100_000 }),
    folder,
    call: (method, path, body) => call(`${server.url}/api/v1/pipeline${path}`, method, body),
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface TestCameras {
  readonly url: string;
  close(): Promise<void>;
}

/** A camera server inside the test's process, with the given cameras. */
export async function startTestCameras(
  cameras: Readonly<Record<string, JsonObject>>,
  options: Partial<CameraServerOptions> = {},
): Promise<TestCameras> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  for (const [name, config] of Object.entries(cameras)) {
    writeFileSync(join(folder, `${name}.json`), formatJson(config, 1));
  }
  const server = await startCameraServer({
    port: 0,
    interface: '127.0.0.1',
    hostname: '127.0.0.1',
    portRange: await freePortRange(10),
    mode: 0,
    configFolder: folder,
    backgroundFolder: folder,
    scriptFolder: folder,
    ipcFolder: folder,
    defaults: CAMERA_DEFAULTS,
    logLevel: 'CRITICAL',
    spares: 0,
    onReset: () => {},
    ...options,
  });
  return {
    url: server.url,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function call(url: string, method: string, body: unknown): Promise<Answer> {
  const isBytes = body instanceof Uint8Array;
  const response = await fetch(url, {
    method,
    ...(body === undefined || isBytes ? {} : { headers: { 'Content-Type': 'application/json' } }),
    ...(body === undefined ? {} : { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  return { code: response.status, ...((await response.json()) as { state: string; status: string }) };
}
