/**
 * A whole installation to throw hostile requests at: a camera server, a pipeline server and its manager, with all that the
 * command line adds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instanceServerExtension, managerExtension } from '../../src/cli/server-extension.js';
import { startPipelineManager } from '../../src/proxy/pipeline-manager-server.js';
import { startTestCameras, startTestServer } from '../worker/support.js';
import type { KnownNames } from './routes.js';

const CAMERA = {
  source: 'still',
  source_type: 'simulation',
  size_x: 64,
  size_y: 48,
  frame_rate: 10,
  image_type: 'static_beam',
};

const PIPELINE = { camera_name: 'still', no_client_timeout: 0 };

export const KNOWN: KnownNames = { clusters: ['pipelines', 'cameras'], names: ['still', 'still_sp'] };

export interface FuzzPlant {
  readonly manager: string;
  readonly pipelines: string;
  readonly cameras: string;
  /** Stores again what hostile requests may have deleted: they may do everything. */
  restore(): Promise<void>;
  /** Starts an instance and gives the address of its live view. */
  view(): Promise<{ readonly url: string }>;
  close(): Promise<void>;
}

export async function startFuzzPlant(): Promise<FuzzPlant> {
  const state = mkdtempSync(join(tmpdir(), 'camserver-state-'));
  const foundation = (name: string) => ({
    stateFolder: join(state, name),
    securityFile: null,
    serviceToken: null,
  });
  const cameras = await startTestCameras(
    { still: CAMERA },
    {
      logLevel: 'ERROR',
      extend: (parts) =>
        instanceServerExtension(parts, {
          role: 'server',
          cameraServer: null,
          foundation: foundation('cameras'),
        }),
    },
  );
  const pipelines = await startTestServer({
    logLevel: 'ERROR',
    cameraServer: cameras.url,
    extend: (parts) =>
      instanceServerExtension(parts, {
        role: 'server',
        cameraServer: cameras.url,
        foundation: foundation('pipelines'),
      }),
  });
  const managed = mkdtempSync(join(tmpdir(), 'camserver-managed-'));
  const manager = await startPipelineManager({
    port: 0,
    interface: '127.0.0.1',
    hostname: '127.0.0.1',
    configFolder: managed,
    backgroundFolder: managed,
    scriptFolder: managed,
    servers: pipelines.url,
    updateTimeout: 2000,
    clientTimeout: 100_000,
    pollInterval: 200,
    registrationSecret: null,
    restartFrozen: false,
    logLevel: 'ERROR',
    onReset: () => {},
    cameraServer: cameras.url,
    sharedReadOnly: false,
    backgroundDaysToLive: -1,
    extend: (context) =>
      managerExtension(context, { cameraServer: cameras.url, foundation: foundation('manager') }),
  });
  const restore = async (): Promise<void> => {
    await send(`${cameras.url}/api/v1/cam/still/config`, CAMERA);
    for (const { url } of [pipelines, manager])
      await send(`${url}/api/v1/pipeline/still_sp/config`, PIPELINE);
  };
  return {
    manager: manager.url,
    pipelines: pipelines.url,
    cameras: cameras.url,
    restore,
    view: async () => {
      await restore();
      await pipelines.client.stream('still_sp');
      return { url: `${pipelines.url.replace(/^http/, 'ws')}/api/v2/view/pipelines/still_sp` };
    },
    close: async () => {
      await manager.close();
      await pipelines.close();
      await cameras.close();
      for (const folder of [state, managed]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function send(url: string, config: object): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(config) });
  const { state, status } = (await answer.json()) as { state: string; status: string };
  if (state !== 'ok') throw new Error(`${url}: ${status}`);
}
