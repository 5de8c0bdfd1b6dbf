/** Workers whose network is slow or cut off, while they themselves are well. */
import { expect } from 'chai';
import type { CamClient } from '../../src/client/index.js';
import type { JsonObject } from '../../src/common/json.js';
import type { ClusterEvent } from '../../src/proxy/cluster-view.js';
import { Listener } from './listener.js';
import { type Relay, startRelay } from './relay.js';
import {
  SMALL_CAMERA,
  startCameras,
  startCameraWorker,
  type TestManager,
  type TestWorker,
  until,
} from './rig.js';

describe('proxy/network faults', function () {
  this.timeout(90_000);
  let workers: TestWorker[];
  let relays: Relay[];
  let cluster: TestManager<CamClient>;
  const events: ClusterEvent[] = [];

  before(async () => {
    workers = await Promise.all([startCameraWorker(), startCameraWorker()]);
    relays = await Promise.all(workers.map(({ url }) => startRelay(url)));
    cluster = await startCameras(workers, {
      KEPT: { ...SMALL_CAMERA, name: 'KEPT' },
      OTHER: { ...SMALL_CAMERA, name: 'OTHER' },
      permanent_instances: { KEPT: 'KEPT' },
      servers: Object.fromEntries(relays.map(({ url }) => [url, {}])),
    });
    cluster.manager.view.onEvent((event) => events.push(event));
  });

  after(async () => {
    await cluster.close();
    await Promise.all(relays.map((relay) => relay.close()));
    await Promise.all(workers.map((worker) => worker.close()));
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

  it('gives an on-demand start to another worker when the first does not answer any more', async () => {
    const kept = await until(() => hostOf('KEPT'));
    const other = relays.find(({ url }) => url !== kept)!;
    other.isCut = true;
    expect(await cluster.client.stream('OTHER')).to.contain('tcp://');
    expect(await hostOf('OTHER')).to.equal(kept);
    other.isCut = false;
  });
});
