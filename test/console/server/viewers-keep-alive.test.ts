import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { instanceServerExtension } from '../../../src/cli/server-extension.js';
import type { JsonObject } from '../../../src/common/json.js';
import { viewPath } from '../../../src/console/live-protocol.js';
import type { ClusterName } from '../../../src/console/server/views.js';
import { until } from '../../support/until.js';
import {
  startTestCameras,
  startTestServer,
  type TestCameras,
  type TestServer,
} from '../../worker/support.js';
import { Viewer } from './viewer.js';

/** Seconds without clients: longer than the time for which a viewer counts after its last picture. */
const TIMEOUT = 5;

describe('instances without clients', () => {
  let cameras: TestCameras;
  let server: TestServer;
  const viewers: Viewer[] = [];
  const state = mkdtempSync(join(tmpdir(), 'camserver-state-'));

  before(async () => {
    const extensionOf = (role: ClusterName) => (parts: Parameters<typeof instanceServerExtension>[0]) =>
      instanceServerExtension(parts, {
        role: 'server',
        cameraServer: role === 'cameras' ? null : cameras.url,
        foundation: { stateFolder: join(state, role), securityFile: null, serviceToken: null },
      });
    const camera = { source_type: 'simulation', source: 'simulation', size_x: 32, size_y: 24 };
    const shortLived = { ...camera, no_client_timeout: TIMEOUT };
    cameras = await startTestCameras(
      { beam: camera, seen: shortLived, unseen: shortLived },
      { extend: extensionOf('cameras') },
    );
    server = await startTestServer({ cameraServer: cameras.url, extend: extensionOf('pipelines') });
  });

  after(async () => {
    for (const { socket } of viewers) socket.terminate();
    await server.close();
    await cameras.close();
    rmSync(state, { recursive: true, force: true });
  });

  async function start(cluster: ClusterName, name: string): Promise<void> {
    if (cluster === 'cameras') await fetch(`${cameras.url}/api/v1/cam/${name}`);
    else {
      const config = { camera_name: 'beam', no_client_timeout: TIMEOUT };
      await server.call('POST', `?instance_id=${name}`, config);
    }
  }

  function look(cluster: ClusterName, name: string): Viewer {
    const viewer = new Viewer(addressOf(cluster) + viewPath(cluster, name));
    viewers.push(viewer);
    viewer.socket.on('open', () => viewer.send({ type: 'view', rate: 5 }));
    return viewer;
  }

  function addressOf(cluster: ClusterName): string {
    return cluster === 'cameras' ? cameras.url : server.url;
  }

  async function hasEnded(cluster: ClusterName, name: string): Promise<void> {
    const path = cluster === 'cameras' ? 'cam' : 'pipeline';
    await until(async () => {
      const answer = await fetch(`${addressOf(cluster)}/api/v1/${path}/info`);
      const { info } = (await answer.json()) as { info: { active_instances: JsonObject } };
      return !Object.hasOwn(info.active_instances, name);
    });
  }

  async function recordOf(cluster: ClusterName, name: string): Promise<JsonObject | undefined> {
    const answer = await fetch(`${addressOf(cluster)}/api/v2/snapshot?cluster=${cluster}`);
    const { clusters } = (await answer.json()) as {
      clusters: Record<ClusterName, { instances: JsonObject[] }>;
    };
    return clusters[cluster].instances.find(({ instance }) => instance === name);
  }

  async function liveAsLongAsSeen(cluster: ClusterName): Promise<void> {
    await start(cluster, 'seen');
    const viewer = look(cluster, 'seen');
    let frames = 0;
    const looking = (async () => {
      for (;;) {
        await viewer.frame();
        frames += 1;
      }
    })();
    looking.catch(() => {});
    // two lives of an instance that nobody looks at are longer than what one look would have given
    for (let life = 0; life < 2; life += 1) {
      await start(cluster, 'unseen');
      await hasEnded(cluster, 'unseen');
    }
    const before = frames;
    await until(async () => frames > before + 1);
    await until(async () => {
      const { viewers: seenBy, statistics } = (await recordOf(cluster, 'seen')) ?? {};
      return seenBy === 1 && (statistics as JsonObject).clients === 0;
    });
    viewer.socket.close();
    await hasEnded(cluster, 'seen');
  }

  it('live on while somebody looks, who is no client, and end when nobody does', async () => {
    await Promise.all([liveAsLongAsSeen('pipelines'), liveAsLongAsSeen('cameras')]);
  });

  it('do not live on for a viewer that shows nothing', async () => {
    await start('pipelines', 'unshown');
    const viewer = look('pipelines', 'unshown');
    await viewer.unacknowledged();
    await hasEnded('pipelines', 'unshown');
    // the server has not yet given this viewer up
    expect(viewer.socket.readyState).to.equal(WebSocket.OPEN);
  });
});
