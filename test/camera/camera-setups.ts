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
  readonly folder: string;
  call(method: string, path: string, body?: JsonObject): Promise<JsonObject>;
}

export type StartCameraSetup = (
  options?: Partial<CameraServerOptions>,
  cameras?: Record<string, JsonObject>,
) => Promise<CameraSetup>;

/** Starts camera servers with cameras in a folder of their own; they are closed after each test of the suite. */
export function cameraSetups(): StartCameraSetup {
  const setups: CameraSetup[] = [];

  afterEach(async () => {
    for (const { server, folder } of setups.splice(0)) {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  async function start(
    options: Partial<CameraServerOptions> = {},
    cameras: Record<string, JsonObject> = {},
  ): Promise<CameraSetup> {
    const folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
    for (const [name, config] of Object.entries(cameras)) {
      writeFileSync(join(folder, `${name}.json`), formatJson(config));
    }
    const server = await startCameraServer({
      port: 0,
      interface: '127.0.0.1',
      hostname: '127.0.0.1',
      portRange: await freePortRange(20),
      mode: 0,
      configFolder: folder,
      backgroundFolder: join(folder, 'backgrounds'),
      scriptFolder: folder,
      ipcFolder: join(folder, 'feeds'),
      defaults: CAMERA_DEFAULTS,
      logLevel: 'CRITICAL',
      spares: 0,
      onReset: () => {},
      ...options,
    });
    const call = async (method: string, path: string, body?: JsonObject): Promise<JsonObject> => {
      const response = await fetch(`${server.url}/api/v1/cam${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: formatJson(body), headers: { 'Content-Type': 'application/json' } }),
      });
      return parseJson(await response.text()) as JsonObject;
    };
    const setup: CameraSetup = { server, folder, call };
    setups.push(setup);
    return setup;
  }

  return start;
}
