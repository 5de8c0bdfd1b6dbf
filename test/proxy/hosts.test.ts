/** Three hosts of which one is cut off, slow, hanging or gone, while the others serve. */
import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import { until } from '../support/until.js';
import { type Hosts, loopbackHosts, namespaceFault, namespaceHosts } from './hosts.js';
import { Listener } from './listener.js';
import {
  holdersOf,
  isProcessAlive,
  isReachable,
  type ProcessCluster,
  pidOf,
  startProcessCluster,
  type TestProcess,
} from './process-rig.js';

const fault = namespaceFault();
const kind =
  fault === null ? 'in network namespaces' : `on loopback addresses, as there are no namespaces (${fault})`;

/** `CANARY` stays on the first host; the others run on the second as long as it serves, and then on the third. */
const POOL: readonly JsonObject[] = [
  { instances: ['CANARY'], expanding: false },
  { instances: ['KEPT', 'OTHER'] },
  {},
];

describe(`proxy/three hosts ${kind}`, () => {
  let hosts: Hosts;
  let cluster: ProcessCluster;
  let canary: Listener;

  before(async () => {
    hosts = fault === null ? namespaceHosts() : loopbackHosts();
    const permanent = { KEPT: 'KEPT', CANARY: 'CANARY' };
    cluster = await startProcessCluster(
      ['KEPT', 'CANARY', 'OTHER'],
      permanent,
      (worker) => POOL[worker]!,
      hosts,
    );
    canary = new Listener(await cluster.client.stream('CANARY'));
    await until(() => canary.received > 0);
  });

  after(async () => {
    await canary?.stop();
    await cluster?.close();
    await hosts?.close();
  });

  /** The stream of a healthy host never pauses. */
  afterEach(async () => {
    const { received } = canary;
    await until(() => canary.received > received + 3);
    expect(canary.gaps).to.deep.equal([]);
  });

  const worker = (host: number): TestProcess => cluster.workers[host]!;
  const runsOn = async (name: string, host: number): Promise<boolean> =>
    Object.hasOwn(await worker(host).instances(), name);
  const stateOf = async (host: number): Promise<string> =>
    ((await cluster.client.info()).servers as Record<string, { state: string }>)[cluster.pool[host]!]!.state;

  /** Both instances run on the second host and nowhere else, with the numbers of their processes. */
  async function begin(): Promise<number[]> {
    await isReachable(cluster, { url: cluster.pool[1]! });
    await cluster.proxy.stopInstance('OTHER');
    if (!(await runsOn('KEPT', 1))) await cluster.proxy.stopInstance('KEPT');
    await until(async () => {
      const holders = await holdersOf(cluster, 'KEPT');
      return holders.length === 1 && holders[0] === worker(1);
    });
    await cluster.client.stream('OTHER');
    expect(await runsOn('OTHER', 1)).to.equal(true);
    return Promise.all(['KEPT', 'OTHER'].map((name) => pidOf(worker(1), name)));
  }

  /** Both instances run on the third host, the on-demand one because it was asked for again, with a client that misses nothing. */
  async function served(): Promise<Listener> {
    await until(async () => (await stateOf(1)) === 'unreachable');
    await until(() => runsOn('KEPT', 2));
    const listener = new Listener(await cluster.client.stream('OTHER'));
    expect(await runsOn('OTHER', 2)).to.equal(true);
    await until(() => listener.received > 3);
    return listener;
  }

  /** The old copies on the second host are gone, and nobody noticed. */
  async function settled(old: readonly number[], listener: Listener): Promise<void> {
    await until(async () => Object.keys(await worker(1).instances()).length === 0);
    await until(() => !old.some(isProcessAlive));
    const { received } = listener;
    await until(() => listener.received > received + 3);
    await listener.stop();
    expect(listener.gaps).to.deep.equal([]);
    const { active_instances: active } = await cluster.client.info();
    const listed = Object.entries(active as Record<string, JsonObject>).map(([name, { host }]) => [
      name,
      host,
    ]);
    expect(Object.fromEntries(listed)).to.deep.equal({
      CANARY: cluster.pool[0],
      KEPT: cluster.pool[2],
      OTHER: cluster.pool[2],
    });
  }

  it('starts elsewhere what a host runs that is cut off, and leaves the new copies when it is back', async () => {
    const old = await begin();
    hosts.cut(1);
    const listener = await served();
    expect(old.map(isProcessAlive)).to.deep.equal([true, true]);
    hosts.join(1);
    await settled(old, listener);
  });

  it('does the same for a host whose worker hangs and goes on', async () => {
    const old = await begin();
    worker(1).signal('SIGSTOP');
    const listener = await served();
    worker(1).signal('SIGCONT');
    await settled(old, listener);
  });

  it('leaves the new copies also when the manager was restarted meanwhile and knows nothing of their starts', async () => {
    const old = await begin();
    hosts.cut(1);
    const listener = await served();
    await cluster.manager.kill();
    cluster.manager.start();
    await cluster.manager.answering();
    await isReachable(cluster, { url: cluster.pool[2]! });
    expect(old.map(isProcessAlive)).to.deep.equal([true, true]);
    hosts.join(1);
    await settled(old, listener);
  });

  it('ends what ran on a worker that is killed, and takes it into use again', async () => {
    const old = await begin();
    await worker(1).kill();
    const listener = await served();
    await until(() => !old.some(isProcessAlive));
    worker(1).start();
    await worker(1).answering();
    await settled(old, listener);
  });

  it('takes a slow host for what it is', async () => {
    const old = await begin();
    const listener = new Listener(await cluster.client.stream('KEPT'));
    await until(() => listener.received > 0);
    hosts.slow(1, 400);
    await cluster.proxy.stopInstance('OTHER');
    await cluster.client.stream('OTHER');
    hosts.slow(1, 0);
    expect(await stateOf(1)).not.to.equal('unreachable');
    expect(await pidOf(worker(1), 'KEPT')).to.equal(old[0]);
    await listener.stop();
    expect(listener.gaps).to.deep.equal([]);
  });
});
