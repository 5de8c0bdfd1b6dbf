import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CamClient } from '../../src/client/index.js';
import type { JsonObject } from '../../src/common/json.js';
import type { PermanentView } from '../../src/proxy/cluster-view.js';
import { signalTo } from '../support/processes.js';
import { until } from '../support/until.js';
import { SMALL_CAMERA, startCameras, startCameraWorker, type TestManager, type TestWorker } from './rig.js';

describe('proxy/permanent instances', () => {
  let workers: TestWorker[];
  let cluster: TestManager<CamClient>;

  before(async () => {
    workers = await Promise.all([startCameraWorker(), startCameraWorker()]);
    cluster = await startCameras(workers, {
      one: { ...SMALL_CAMERA, name: 'one' },
      two: { ...SMALL_CAMERA, name: 'two' },
      dead: { name: 'dead', source: 'file:///nothing.h5', source_type: 'hdf5' },
      // as a site wrote it: null stands for the name, and the file is left as it is
      permanent_instances: { one: null, '#two': 'two', lost: 'lost' } as unknown as JsonObject,
    });
  });

  after(async () => {
    await cluster.close();
    await Promise.all(workers.map((worker) => worker.close()));
  });

  const entry = (name: string): PermanentView =>
    cluster.manager.view.permanent().find((permanent) => permanent.name === name)!;
  const active = async (): Promise<Record<string, JsonObject>> =>
    (await cluster.client.info()).active_instances as Record<string, JsonObject>;
  const untilState = (name: string, state: string) => until(() => entry(name)?.state === state);

  it('takes over the list of a site without changing the file', async () => {
    await untilState('one', 'running');
    expect((await active()).one!.config).to.include({ no_client_timeout: 0 });
    expect(await cluster.proxy.permanentInstances()).to.deep.equal({
      one: 'one',
      '#two': 'two',
      lost: 'lost',
    });
    await untilState('lost', 'missing configuration');
    expect(entry('two').state).to.equal('disabled');
    const file = readFileSync(join(cluster.folder, 'permanent_instances.json'), 'utf8');
    expect(JSON.parse(file)).to.deep.equal({ one: null, '#two': 'two', lost: 'lost' });
  });

  it('starts what a damaged list names as soon as it can be read, and does not show it as empty meanwhile', async () => {
    const other = await startCameras(workers, {
      three: { ...SMALL_CAMERA, name: 'three' },
      permanent_instances: ['damaged'] as unknown as JsonObject,
    });
    try {
      const path = join(other.folder, 'permanent_instances.json');
      const list = () => other.call('GET', '/api/v1/proxy/permanent');
      const { status } = await until(async () => {
        const answer = await list();
        return answer.state === 'error' && answer;
      });
      expect(status).to.equal(
        `The permanent instances are not started: '${path}' does not hold a JSON object.`,
      );
      expect(JSON.parse(readFileSync(path, 'utf8'))).to.deep.equal(['damaged']);
      writeFileSync(path, '{"three": null}');
      await until(() => other.manager.view.permanent()[0]?.state === 'running');
      expect((await list()).permanent_instances).to.deep.equal({ three: 'three' });
    } finally {
      // only stopped it would be started again, on workers that the other tests use
      await other.proxy.savePermanentInstances({});
      await other.close();
      await until(async () => !Object.hasOwn(await active(), 'three'));
    }
  });

  it('starts an entry as soon as its configuration exists', async () => {
    await cluster.client.saveConfig('lost', SMALL_CAMERA);
    await untilState('lost', 'running');
  });

  it('brings a stopped instance back, and does not count that as its failure', async () => {
    await cluster.proxy.stopInstance('one');
    await until(async () => entry('one').state === 'running' && (await active()).one !== undefined);
    expect(entry('one').failures).to.equal(0);
  });

  it('keeps a permanent camera from ending when its configuration is saved', async () => {
    await cluster.client.saveConfig('one', { ...SMALL_CAMERA, roi: [0, 32, 0, 16] });
    expect((await active()).one!.config).to.include({ no_client_timeout: 0 });
    expect((await cluster.client.config('one')).no_client_timeout).to.equal(600);
  });

  it('adopts what runs already, stops what is removed, and sorts the file', async () => {
    await cluster.client.stream('two');
    const start = (await active()).two!.last_start_time;
    expect(await cluster.proxy.savePermanentInstances({ two: 'two', lost: 'lost' })).to.deep.equal({
      two: 'two',
      lost: 'lost',
    });
    expect(await active()).to.have.all.keys('two', 'lost');
    await until(async () => ((await active()).two!.config as JsonObject).no_client_timeout === 0);
    expect((await active()).two!.last_start_time).to.equal(start);
    expect(readFileSync(join(cluster.folder, 'permanent_instances.json'), 'utf8')).to.equal(
      '{\n    "lost": "lost",\n    "two": "two"\n}\n',
    );
  });

  it('tries what fails again and again ever more rarely, while others start', async () => {
    await cluster.proxy.savePermanentInstances({ two: 'two', dead: 'dead' });
    const { lastFailure, nextAttempt, starts } = await until(() => {
      const dead = entry('dead');
      return dead.failures >= 2 && dead.state === 'waiting' && dead;
    });
    expect(starts).to.equal(0);
    expect(lastFailure!.reason).not.to.equal('');
    expect(Date.parse(nextAttempt!) - Date.parse(lastFailure!.time)).to.be.greaterThan(1500);
    expect(entry('two').state).to.equal('running');
  });

  it('moves permanent instances away from a server that is drained', async () => {
    await cluster.proxy.savePermanentInstances({ two: 'two' });
    await cluster.client.stream('one');
    const from = String((await active()).two!.host);
    const to = workers.find(({ url }) => url !== from)!.url;
    await cluster.manager.control.restart('one', from);
    expect((await active()).one!.host).to.equal(from);
    const result = await cluster.manager.control.drain(from, 'permanent');
    expect(result).to.deep.equal({
      moved: [{ name: 'two', server: to }],
      stopped: [],
      left: ['one'],
      failed: [],
    });
    expect((await active()).two!.host).to.equal(to);
    expect((await cluster.proxy.config())[from]).to.include({ expanding: false, draining: true });
    await cluster.proxy.stopInstance('one');
    await cluster.client.stream('one');
    expect((await active()).one!.host).to.equal(to);
    expect((await cluster.manager.control.drain(to, 'all')).failed).to.have.lengthOf(1);
    await cluster.manager.control.undrain(from);
    await cluster.manager.control.undrain(to);
    expect((await cluster.proxy.config())[from]).to.deep.equal({ expanding: true });
  });

  it('refuses a list that is wrong, and keeps the one in force', async () => {
    const before = await cluster.proxy.permanentInstances();
    const answer = await cluster.call('POST', '/api/v1/proxy/permanent', { one: ['one'] });
    expect(answer.status).to.contain("Permanent instance 'one': the name of a configuration is expected");
    expect(await cluster.proxy.permanentInstances()).to.deep.equal(before);
  });

  it('replaces an instance that is frozen on another server, where the option says so', async () => {
    await cluster.proxy.savePermanentInstances({});
    const other = await startCameras(
      workers,
      { ice: { ...SMALL_CAMERA, name: 'ice' }, permanent_instances: { ice: 'ice' } },
      { restartFrozen: true, frozenAfter: 3000 },
    );
    try {
      const record = async (): Promise<JsonObject | undefined> =>
        ((await other.client.info()).active_instances as Record<string, JsonObject>).ice;
      const before = (await until(async () => {
        const found = await record();
        const isRunning = other.manager.view.permanent()[0]?.state === 'running';
        return isRunning && (found?.statistics as JsonObject | undefined)?.time !== '' && found;
      })) as JsonObject;
      const pid = Number((before.statistics as JsonObject).pid);
      process.kill(pid, 'SIGSTOP');
      await until(async () => {
        const [entry] = other.manager.view.permanent();
        return entry!.server !== before.host && entry!.state === 'running';
      });
      // it may have been ended meanwhile
      signalTo(pid, 'SIGCONT');
      await until(async () => (await record())?.host !== before.host);
    } finally {
      await other.close();
    }
  });
});
