import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import { until } from '../support/until.js';
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

describe('proxy/faults', () => {
  let cluster: ProcessCluster;

  before(async () => {
    cluster = await startProcessCluster(
      ['KEPT', 'CANARY', 'OTHER'],
      { KEPT: 'KEPT' },
      (worker): JsonObject => (worker === 0 ? { instances: ['CANARY'], expanding: false } : {}),
    );
  });

  after(() => cluster?.close());

  const onlyHolder = (): Promise<TestProcess> =>
    until(async () => {
      const holders = await holdersOf(cluster, 'KEPT');
      const listed = (await cluster.client.info()).active_instances as Record<string, { host: string }>;
      const isSettled = holders.length === 1 && listed.KEPT?.host === holders[0]!.url;
      return isSettled ? holders[0] : null;
    }) as Promise<TestProcess>;

  it('starts a permanent instance elsewhere when its worker is killed, and brings the worker up to date, also after a restart of the manager', async () => {
    const first = await onlyHolder();
    const pid = await pidOf(first, 'KEPT');
    await cluster.client.storeScript('old.py', Buffer.from('x = 1\n'));
    await first.kill();
    const second = await onlyHolder();
    expect(second).not.to.equal(first);
    await until(() => !isProcessAlive(pid));
    await cluster.client.storeScript('new.py', Buffer.from('x = 2\n'));
    await cluster.client.deleteScript('old.py');
    await cluster.manager.kill();
    cluster.manager.start();
    await cluster.manager.answering();
    first.start();
    await first.answering();
    const script = (name: string): string => join(first.folder, 'scripts', name);
    await until(() => existsSync(script('new.py')) && !existsSync(script('old.py')));
    expect(readFileSync(script('new.py'), 'utf8')).to.equal('x = 2\n');
    expect(await onlyHolder()).to.equal(second);
  });

  it('leaves one copy when a worker hangs, is taken for lost, and returns with its own', async () => {
    const first = await onlyHolder();
    first.signal('SIGSTOP');
    const second = (await until(async () => {
      const others = await holdersOf(
        { ...cluster, workers: cluster.workers.filter((w) => w !== first) },
        'KEPT',
      );
      return others[0] ?? null;
    })) as TestProcess;
    first.signal('SIGCONT');
    expect(await onlyHolder()).to.equal(second);
    await until(async () => (await first.instances()).KEPT === undefined);
  });

  it('restarts its manager without touching what runs: no message is missed', async () => {
    const holder = await onlyHolder();
    const pid = await pidOf(holder, 'KEPT');
    const kept = new Listener(await cluster.client.stream('KEPT'));
    const canary = new Listener(await cluster.client.stream('CANARY'));
    await until(() => kept.received > 3 && canary.received > 3);
    await cluster.manager.kill();
    cluster.manager.start();
    await cluster.manager.answering();
    expect(await onlyHolder()).to.equal(holder);
    expect(await pidOf(holder, 'KEPT')).to.equal(pid);
    const until10 = kept.received + 10;
    await until(() => kept.received > until10);
    await Promise.all([kept.stop(), canary.stop()]);
    expect(kept.gaps).to.deep.equal([]);
    expect(canary.gaps).to.deep.equal([]);
  });

  it('starts what is missing after an absence of manager and worker', async () => {
    const holder = await onlyHolder();
    await cluster.manager.kill();
    await holder.kill();
    holder.start();
    cluster.manager.start();
    await Promise.all([cluster.manager.answering(), holder.answering()]);
    await onlyHolder();
  });

  it('answers at once while a worker hangs, and marks what it knows of it', async () => {
    const holder = await onlyHolder();
    const [idle] = cluster.workers.filter((worker) => worker !== holder && worker !== cluster.workers[0]);
    await isReachable(cluster, idle!);
    idle!.signal('SIGSTOP');
    const record = (await until(async () => {
      const { servers } = await cluster.client.info();
      const entry = (servers as Record<string, { state: string }>)[idle!.url]!;
      return entry.state === 'unreachable' ? entry : null;
    })) as unknown as { age: number; load: null; instances: string[] };
    expect(record).to.deep.include({ load: null, instances: [] });
    expect(record.age).to.be.greaterThan(0);
    expect(await cluster.client.stream('OTHER')).to.contain('tcp://127.0.0.');
    await cluster.proxy.stopInstance('OTHER');
    idle!.signal('SIGCONT');
    await isReachable(cluster, idle!);
  });
});
