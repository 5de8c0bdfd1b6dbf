/** A camera and a pipeline of it that tests look at live, on servers inside the test's process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instanceServerExtension } from '../../../src/cli/server-extension.js';
import type { JsonObject } from '../../../src/common/json.js';
import { viewPath } from '../../../src/console/live-protocol.js';
import type { FoundationOptions } from '../../../src/proxy/v2/foundation.js';
import { until } from '../../support/until.js';
import {
  startTestCameras,
  startTestServer,
  type TestCameras,
  type TestServer,
} from '../../worker/support.js';
import { Viewer } from './viewer.js';

/** Of the images, in pixels. */
export const WIDTH = 64;
export const HEIGHT = 48;

/** Of the instance. */
export const LIVE = viewPath('pipelines', 'live');

export interface LiveStage {
  readonly cameras: TestCameras;
  readonly server: TestServer;
  /** A folder for what servers keep. */
  readonly state: string;
  foundation(name: string): FoundationOptions;
  /** @param base address of the server that is asked; default: the pipeline server */
  look(path: string, base?: string): Viewer;
  /** The record of the instance as soon as it fits. */
  instanceRecord(fits: (record: JsonObject) => boolean, base?: string): Promise<JsonObject>;
  /** Waits until more than `count` pulses have come after this one. */
  passed(pulseId: number, count: number): Promise<unknown>;
  /** For `afterEach`. */
  endViews(): void;
  close(): Promise<void>;
}

export async function openLiveStage(): Promise<LiveStage> {
  const state = mkdtempSync(join(tmpdir(), 'camserver-state-'));
  const foundation = (name: string): FoundationOptions => ({
    stateFolder: join(state, name),
    securityFile: null,
    serviceToken: null,
  });
  const image = { source_type: 'simulation', source: 'simulation', size_x: WIDTH, size_y: HEIGHT };
  const cameras = await startTestCameras(
    { beam: { ...image, frame_rate: 50 } },
    {
      extend: (parts) =>
        instanceServerExtension(parts, {
          role: 'server',
          cameraServer: null,
          foundation: foundation('cameras'),
        }),
    },
  );
  const server = await startTestServer({
    cameraServer: cameras.url,
    extend: (parts) =>
      instanceServerExtension(parts, {
        role: 'server',
        cameraServer: cameras.url,
        foundation: foundation('pipelines'),
      }),
  });
  await server.call('POST', '?instance_id=live', { camera_name: 'beam', no_client_timeout: 0 });
  const viewers: Viewer[] = [];
  return {
    cameras,
    server,
    state,
    foundation,
    look: (path, base = server.url) => {
      const viewer = new Viewer(base + path);
      viewers.push(viewer);
      return viewer;
    },
    instanceRecord: (fits, base = server.url) =>
      until(async () => {
        const record = await readRecord(base);
        return record !== undefined && fits(record) && record;
      }),
    passed: (pulseId, count) =>
      until(async () => {
        const message = await fetch(`${server.url}${LIVE}/message?elements=1`);
        return ((await message.json()) as { pulse_id: number }).pulse_id > pulseId + count;
      }),
    endViews: () => {
      for (const viewer of viewers.splice(0)) viewer.socket.terminate();
    },
    close: async () => {
      await server.close();
      await cameras.close();
      rmSync(state, { recursive: true, force: true });
    },
  };
}

async function readRecord(base: string): Promise<JsonObject | undefined> {
  const response = await fetch(`${base}/api/v2/snapshot?cluster=pipelines`);
  const { clusters } = (await response.json()) as { clusters: { pipelines: { instances: JsonObject[] } } };
  return clusters.pipelines.instances.find(({ instance }) => instance === 'live');
}
