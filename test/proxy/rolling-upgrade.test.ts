/** A cluster whose hosts are taken out, restarted and taken back one after the other, as for a new version. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import { freePortRange } from '../support/ports.js';
import { until } from '../support/until.js';
import { Listener } from './listener.js';
import {
  isReachable,
  type ProcessCluster,
  startProcessCluster,
  TestProcess,
  workerCommand,
} from './process-rig.js';
import { call } from './v2/support.js';

const PERMANENT = ['P1', 'P2', 'P3', 'P4'];

describe('proxy/rolling upgrade', () => {
  let cluster: ProcessCluster;
  /** The one that added itself. */
  let fourth: TestProcess;

  before(async () => {
    const permanent = Object.fromEntries(PERMANENT.map((name) => [name, name]));
    cluster = await startProcessCluster([...PERMANENT, 'OTHER'], permanent);
    const { from } = await freePortRange(21);
    const folder = join(cluster.manager.folder, '..', 'host-4');
    mkdirSync(folder);
    fourth = new TestProcess(`http://127.0.0.4:${from}`, folder, [
      ...workerCommand('127.0.0.4', { server: from, streams: from + 1 }, folder),
      ...['--register', cluster.manager.url, '--secret-file', cluster.secretFile],
    ]);
  });

  after(async () => {
    await fourth?.kill('SIGTERM');
    await cluster?.close();
  });

  const active = async (): Promise<Record<string, JsonObject>> =>
    (await cluster.client.info()).active_instances as Record<string, JsonObject>;
  const workers = (): TestProcess[] => [...cluster.workers, fourth];
  const api = (path: string, body: object = {}) => call('POST', `${cluster.manager.url}/api/v2${path}`, body);
  const runningOn = async (worker: TestProcess): Promise<string[]> =>
    Object.entries(await active())
      .filter(([, { host }]) => host === worker.url)
      .map(([name]) => name);

  /** Drains a worker and waits for the end of the task. @returns what it tells */
  async function drain(worker: TestProcess): Promise<JsonObject> {
    const name = worker.url.slice('http://'.length);
    const started = await api(`/workers/cameras/${name}/drain`, { move: 'all' });
    expect(started.status).to.equal(202);
    return until(async () => {
      const { body } = await call('GET', `${cluster.manager.url}/api/v2/tasks/${started.body.task}`);
      return body.state === 'running' ? null : body;
    });
  }

  it('takes in a worker that adds itself with the secret, and uses it', async () => {
    fourth.start();
    await isReachable(cluster, fourth);
    expect(await cluster.proxy.config()).to.have.nested.property(fourth.url.replaceAll('.', '\\.'));
    const explained = await call(
      'GET',
      `${cluster.manager.url}/api/v2/placement/cameras/explain?instance=OTHER`,
    );
    expect(explained.body.candidates.map(({ server }: JsonObject) => server)).to.include(fourth.url);
  });

  it('restarts every worker in turn: everything permanent always runs, and other streams do not pause', async () => {
    await until(async () => {
      const running = await active();
      return PERMANENT.every((name) => Object.hasOwn(running, name));
    });
    await cluster.client.stream('OTHER');
    for (const worker of workers()) {
      const affected = await runningOn(worker);
      const others = Object.entries(await active()).filter(([name]) => !affected.includes(name));
      const listeners = others.map(([, { stream_address }]) => new Listener(String(stream_address)));
      await until(() => listeners.every(({ received }) => received > 3));

      const task = await drain(worker);
      expect(task, JSON.stringify(task)).to.include({ state: 'done' });
      expect((task.result as JsonObject).failed).to.deep.equal([]);
      // started elsewhere before it was stopped here: there was no moment without it
      expect(Object.keys(await active())).to.include.members(PERMANENT);
      expect(await runningOn(worker)).to.deep.equal([]);

      await worker.kill('SIGTERM');
      worker.start();
      await worker.answering();
      await isReachable(cluster, worker);
      const undrained = await api(`/workers/cameras/${worker.url.slice('http://'.length)}/undrain`);
      expect(undrained.status).to.equal(200);
      await cluster.client.stream('OTHER');

      const seen = listeners.map(({ received }) => received);
      await until(() => listeners.every(({ received }, index) => received > seen[index]! + 3));
      for (const listener of listeners) {
        await listener.stop();
        expect(listener.gaps).to.deep.equal([]);
      }
    }
    const servers = (await cluster.client.info()).servers as Record<string, JsonObject>;
    expect(Object.keys(servers)).to.have.members(workers().map(({ url }) => url));
    expect(Object.values(servers).map(({ state }) => state)).to.deep.equal(workers().map(() => 'reachable'));
    expect(await cluster.proxy.config()).to.satisfy((pool: JsonObject) =>
      Object.values(pool).every((server) => (server as JsonObject).expanding !== false),
    );
  });
});
