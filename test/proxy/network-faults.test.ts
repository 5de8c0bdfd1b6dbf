/** Workers whose network is slow or cut off, while they themselves are well. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CamClient } from '../../src/client/index.js';
import type { JsonObject } from '../../src/common/json.js';
import type { ClusterEvent } from '../../src/proxy/cluster-view.js';
import { managerApi } from '../../src/proxy/v2/managed.js';
import { until } from '../support/until.js';
import { Listener } from './listener.js';
import { type Relay, startRelay } from './relay.js';
import { SMALL_CAMERA, startCameras, startCameraWorker, type TestManager, type TestWorker } from './rig.js';

describe('proxy/network faults', () => {
  let workers: TestWorker[];
  let relays: Relay[];
  let cluster: TestManager<CamClient>;
  const events: ClusterEvent[] = [];
  const state = mkdtempSync(join(tmpdir(), 'camserver-state-'));

  before(async () => {
    workers = await Promise.all([startCameraWorker(), startCameraWorker()]);
    relays = await Promise.all(workers.map(({ url }) => startRelay(url)));
    cluster = await startCameras(
      workers,
      {
        KEPT: { ...SMALL_CAMERA, name: 'KEPT' },
        OTHER: { ...SMALL_CAMERA, name: 'OTHER' },
        permanent_instances: { KEPT: 'KEPT' },
        servers: Object.fromEntries(relays.map(({ url }) => [url, {}])),
      },
      {
        clientTimeout: 10_000,
        extend: (context) =>
          managerApi(context, {
            cameraServer: null,
            foundation: { stateFolder: state, securityFile: null, serviceToken: null },
          }),
      },
    );
    cluster.manager.view.onEvent((event) => events.push(event));
  });

  after(async () => {
    await cluster.close();
    await Promise.all(relays.map((relay) => relay.close()));
    await Promise.all(workers.map((worker) => worker.close()));
    rmSync(state, { recursive: true, force: true });
  });

  const relayOf = (address: unknown): Relay => relays.find(({ url }) => url === address)!;
  const hostOf = async (name: string): Promise<unknown> =>
    ((await cluster.client.info()).active_instances as Record<string, JsonObject>)[name]?.host;

  it('works with a slow network: nothing is taken for lost', async () => {
    for (const relay of relays) relay.delay = 300;
    await until(() => hostOf('KEPT'));
    await cluster.client.stream('OTHER');
    await cluster.proxy.stopInstance('OTHER');
    expect(await hostOf('OTHER')).to.equal(undefined);
    expect(events.filter(({ type }) => type === 'duplicate')).to.deep.equal([]);
    for (const relay of relays) relay.delay = 0;
  });

  it('starts elsewhere what was cut off, whose stream goes on, and leaves the new copy', async () => {
    const first = await until(() => hostOf('KEPT'));
    const listener = new Listener(await cluster.client.stream('KEPT'));
    await until(() => listener.received > 3);
    relayOf(first).isCut = true;
    const second = await until(async () => {
      const host = await hostOf('KEPT');
      return host !== first && host;
    });
    const received = listener.received;
    await until(() => listener.received > received + 3);
    expect(listener.gaps).to.deep.equal([]);
    expect((await cluster.client.info()).servers).to.have.nested.property(
      `${String(first).replaceAll('.', '\\.')}.state`,
      'unreachable',
    );

    relayOf(first).isCut = false;
    await until(() => events.some(({ type }) => type === 'duplicate'));
    expect(events.find(({ type }) => type === 'duplicate')).to.deep.equal({
      type: 'duplicate',
      name: 'KEPT',
      kept: second,
      stopped: first,
    });
    await listener.stop();
    expect(await hostOf('KEPT')).to.equal(second);
  });

  it('leaves the newer copy of an on-demand instance, and its clients notice nothing', async () => {
    await cluster.client.stream('OTHER');
    const first = await hostOf('OTHER');
    const duplicate = (): ClusterEvent | undefined =>
      events.find((event) => event.type === 'duplicate' && event.name === 'OTHER');
    relayOf(first).isCut = true;
    const isLost = (): boolean =>
      cluster.manager.view.workers().some((worker) => worker.reachability === 'unreachable');
    await until(isLost);
    const listener = new Listener(await cluster.client.stream('OTHER'));
    const second = await hostOf('OTHER');
    expect(second).not.to.equal(first);
    await until(() => listener.received > 3);

    relayOf(first).isCut = false;
    await until(duplicate);
    expect(duplicate()).to.deep.equal({ type: 'duplicate', name: 'OTHER', kept: second, stopped: first });
    const worker = new CamClient(workers[relays.indexOf(relayOf(first))]!.url);
    expect((await worker.info()).active_instances).not.to.have.property('OTHER');
    const received = listener.received;
    await until(() => listener.received > received + 3);
    await listener.stop();
    expect(listener.gaps).to.deep.equal([]);
    expect(await hostOf('OTHER')).to.equal(second);
    const audit = await cluster.call('GET', '/api/v2/audit?actor=manager');
    expect(audit.records.map(({ action, target }: JsonObject) => [action, target])).to.deep.include([
      'instance.stop',
      'OTHER',
    ]);
    await cluster.proxy.stopInstance('OTHER');
  });

  it('gives an on-demand start to another worker when the first does not answer any more', async () => {
    const kept = await until(() => hostOf('KEPT'));
    const other = relays.find(({ url }) => url !== kept)!;
    other.isCut = true;
    expect(await cluster.client.stream('OTHER')).to.contain('tcp://');
    expect(await hostOf('OTHER')).to.equal(kept);
    other.isCut = false;
  });
});
