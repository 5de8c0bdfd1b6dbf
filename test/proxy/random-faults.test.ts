/**
 * Faults at random while requests run. What happened can be repeated: the seed is in the message of a failure.
 *
 *     CAMSERVER_FAULT_SEED=4711 CAMSERVER_FAULT_ROUNDS=100 npx mocha dist/test/proxy/random-faults.test.js
 */
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import { until } from '../support/until.js';
import { loopbackHosts } from './hosts.js';
import { Listener } from './listener.js';
import { orphans, type ProcessCluster, startProcessCluster, type TestProcess } from './process-rig.js';
import { SMALL_CAMERA } from './rig.js';

const SEED = Number(process.env.CAMSERVER_FAULT_SEED ?? 17);
const ROUNDS = Number(process.env.CAMSERVER_FAULT_ROUNDS ?? 2);
const ACTIONS_PER_ROUND = 7;
const PERMANENT = ['P1', 'P2', 'P3'];
const ON_DEMAND = ['D1', 'D2'];

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

describe(`proxy/random faults, seed ${SEED}`, function () {
  this.timeout(300_000 + ROUNDS * 120_000);
  const random = randomNumbers(SEED);
  const history: string[] = [];
  /** Markers of stored configurations: the last acknowledged one, and those sent later without an answer. */
  const acknowledged = new Map<string, Set<number>>();
  const hosts = loopbackHosts();
  let cluster: ProcessCluster;
  let canary: Listener;
  let marker = 0;
  let lastSave: Promise<void> = Promise.resolve();

  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;

  /** The first worker stays well: it runs the canary. */
  const targets = (): readonly TestProcess[] => cluster.workers.slice(1);

  const actions: Record<string, () => Promise<void>> = {
    'kill a worker': () => pick(targets()).kill(),
    'start a worker': async () => {
      const worker = pick(targets());
      if (!worker.isAlive) worker.start();
    },
    'hang a worker': async () => pick(targets()).signal('SIGSTOP'),
    'let a worker go on': async () => pick(targets()).signal('SIGCONT'),
    'cut a worker off': async () => hosts.cut(cluster.workers.indexOf(pick(targets()))),
    'join a worker again': async () => hosts.join(cluster.workers.indexOf(pick(targets()))),
    'restart the manager': async () => {
      await cluster.manager.kill();
      cluster.manager.start();
    },
    'save a configuration': () => {
      const name = pick([...PERMANENT, ...ON_DEMAND]);
      marker += 1;
      const sent = marker;
      lastSave = lastSave.then(async () => {
        const before = acknowledged.get(name) ?? new Set([0]);
        acknowledged.set(name, new Set([...before, sent]));
        await cluster.client.saveConfig(name, { ...SMALL_CAMERA, _marker: sent });
        acknowledged.set(name, new Set([sent]));
      });
      lastSave = lastSave.catch(() => {});
      return lastSave;
    },
    'ask for a stream': async () => void (await cluster.client.stream(pick(ON_DEMAND), { timeout: 5000 })),
    'stop an instance': async () =>
      cluster.proxy.stopInstance(pick([...PERMANENT, ...ON_DEMAND]), { timeout: 5000 }),
  };

  before(async () => {
    const cameras = [...PERMANENT, ...ON_DEMAND, 'CANARY'];
    const permanent = Object.fromEntries([...PERMANENT, 'CANARY'].map((name) => [name, name]));
    cluster = await startProcessCluster(
      cameras,
      permanent,
      (worker): JsonObject => (worker === 0 ? { instances: ['CANARY'] } : {}),
      hosts,
    );
    // a look that sees no process would find no orphan either
    expect(orphans([])).to.include.members([...cluster.workers, cluster.manager].map(({ pid }) => pid));
    canary = new Listener(await cluster.client.stream('CANARY'));
    await until(() => canary.received > 0);
  });

  after(async () => {
    await canary?.stop();
    await cluster?.close();
    await hosts.close();
  });

  afterEach(function () {
    if (this.currentTest?.state === 'failed') {
      console.error(`CAMSERVER_FAULT_SEED=${SEED}; ${history.join('; ')}`);
    }
  });

  for (let round = 1; round <= ROUNDS; round += 1) {
    it(`settles after round ${round}`, async () => {
      const running: Promise<void>[] = [];
      for (let count = 0; count < ACTIONS_PER_ROUND; count += 1) {
        const name = pick(Object.keys(actions));
        history.push(name);
        // requests fail while their server is away; what counts is how things are when all are back
        running.push(actions[name]!().catch(() => {}));
        await delay(random() * 600);
      }
      await Promise.all(running);
      for (const [index, worker] of cluster.workers.entries()) {
        if (!worker.isAlive) worker.start();
        worker.signal('SIGCONT');
        hosts.join(index);
      }
      if (!cluster.manager.isAlive) cluster.manager.start();
      await Promise.all([...cluster.workers, cluster.manager].map((server) => server.answering()));
      await until(isSettled);
      for (const [name, markers] of acknowledged) {
        const config = await cluster.client.config(name);
        expect([...markers], `configuration of ${name}`).to.include(config._marker ?? 0);
      }
      const { received } = canary;
      await until(() => canary.received > received + 3);
      expect(canary.gaps).to.deep.equal([]);
    });
  }

  /** Who runs what, asked of each worker. */
  async function reality(): Promise<Record<string, JsonObject>[]> {
    return Promise.all(cluster.workers.map((worker) => worker.instances()));
  }

  /** One instance per permanent name and at most one of the others, the listing equals reality, and every process has its server. */
  async function isSettled(): Promise<boolean> {
    const running = await reality();
    const count = (name: string): number =>
      running.filter((instances) => Object.hasOwn(instances, name)).length;
    if (!PERMANENT.every((name) => count(name) === 1) || !ON_DEMAND.every((name) => count(name) <= 1))
      return false;
    const found = running.flatMap((instances, index) =>
      Object.keys(instances).map((name) => `${name} ${cluster.pool[index]}`),
    );
    const { active_instances: active } = await cluster.client.info();
    const listed = Object.entries(active as Record<string, JsonObject>).map(
      ([name, { host }]) => `${name} ${host}`,
    );
    if (found.sort().join() !== listed.sort().join()) return false;
    return orphans([...cluster.workers, cluster.manager]).length === 0;
  }
});
