/** Camera servers for the tests of one suite. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CameraServerOptions, startCameraServer } from '../../src/camera/server.js';
import { CAMERA_DEFAULTS } from '../../src/camera/settings.js';
import { formatJson, type JsonObject, parseJson } from '../../src/common/json.js';
import type { ServiceServer } from '../../src/http/index.js';
import { freePortRange } from '../support/ports.js';

/** A camera that needs nothing, and does not end for lack of clients within a test. */
export const small = {
  source: '',
  source_type: 'simulation',
  size_x: 32,
  size_y: 24,
  frame_rate: 50,
  no_client_timeout: 600,
};

export interface CameraSetup {
  readonly server: ServiceServer;
  /** Of configurations and scripts. */
  readonly folder: string;
  /** Calls a route of cameras, and gives its answer. */
  call(method: string, path: string, body?: JsonObject): Promise<JsonObject>;
  /** Ends the server with its instances, and removes the folder. */
  close(): Promise<void>;
}

/** Starts a server with a folder of its own, in which these cameras are stored. */
export async function openCameraSetup(
  options: Partial<CameraServerOptions> = {},
  cameras: Record<string, JsonObject> = {},
): Promise<CameraSetup> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  for (const [name, config] of Object.entries(cameras)) {
    writeFileSync(join(folder, `${name}.json`), formatJson(config));
  }
  const { defaults = CAMERA_DEFAULTS, ...others } = options;
  const server = await startCameraServer({
    port: 0,
    interface: '127.0.0.1',
    hostname: '127.0.0.1',
    portRange: await freePortRange(40),
    mode: 0,
    configFolder: folder,
    backgroundFolder: join(folder, 'backgrounds'),
    scriptFolder: folder,
    ipcFolder: join(folder, 'feeds'),
    defaults: { ...defaults, scriptFolder: folder },
    logLevel: 'CRITICAL',
    spares: 0,
    onReset: () => {},
    ...others,
  });
  return {
    server,
    folder,
    async call(method, path, body) {
      const json = { body: formatJson(body ?? null), headers: { 'Content-Type': 'application/json' } };
      const response = await fetch(`${server.url}/api/v1/cam${path}`, {
        method,
        ...(body === undefined ? {} : json),
      });
      return parseJson(await response.text()) as JsonObject;
    },
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts such servers; they are closed after each test of the suite. */
export function cameraSetups(): typeof openCameraSetup {
  const setups: CameraSetup[] = [];

  afterEach(async () => {
    for (const setup of setups.splice(0)) await setup.close();
  });

  return async (...options) => {
    const setup = await openCameraSetup(...options);
    setups.push(setup);
    return setup;
  };
}
