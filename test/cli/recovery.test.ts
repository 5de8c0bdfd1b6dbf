/**
 * Processes are killed at random moments. `RECOVERY_KILLS=50 RECOVERY_SEED=8` is another, longer run.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Receiver } from '../../src/bsread/index.js';
import { childrenOf, isAlive, signalTo } from '../support/processes.js';
import { until } from '../support/until.js';
import { listedInstances, type Service, type Services, startServices } from './cluster.js';

const KILLS = Number(process.env.RECOVERY_KILLS ?? 12);
const SEED = Number(process.env.RECOVERY_SEED ?? 7);
const CAMERA = { source: '', source_type: 'simulation', size_x: 64, size_y: 48, frame_rate: 50 };

type Victim = 'camera' | 'pipeline' | 'camera server' | 'pipeline server' | 'spare';
const VICTIMS: readonly Victim[] = ['camera', 'pipeline', 'camera server', 'pipeline server', 'spare'];

describe(`camera and pipeline server whose processes are killed (RECOVERY_SEED=${SEED})`, function () {
  this.timeout(300_000 + KILLS * 10_000);
  const random = randomNumbers(SEED);
  let services: Services;

  before(async () => {
    services = await startServices(
      { CAM: CAMERA },
      { PIPE: { camera_name: 'CAM', camera_timeout: 0.5, no_client_timeout: 60 } },
    );
    await until(async () => (await listAll()) !== null, 'both servers answer');
  });

  after(() => services.stop());

  it('gives streams again and lists what runs, whatever was killed', async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const victim = VICTIMS[kill % VICTIMS.length]!;
      const stream = streamOfPipeline();
      // some are killed while they start
      await delay(random() * 300);
      const former = [...childrenOf(services.cameras.pid), ...childrenOf(services.pipelines.pid)];
      const pid = await pidOf(victim);
      if (pid !== null) signalTo(pid, 'SIGKILL');
      await stream;
      await until(async () => {
        const address = await streamOfPipeline();
        return address !== null && (await hasMessage(address));
      }, `a message after the end of the ${victim}`);
      if (victim.endsWith('server')) {
        await until(
          () => former.every((child) => !isAlive(child) || isChild(child)),
          `the children of the ${victim} end`,
        );
      }
      for (const service of [services.cameras, services.pipelines]) {
        await until(() => isTruthful(service), `a true listing after the end of the ${victim}`);
      }
    }
  });

  it('keeps a pipeline streaming to its clients when its camera is killed', async () => {
    const address = await eventualStream();
    const receiver = new Receiver({ address, receiveTimeout: 200 });
    await receiver.open();
    try {
      const pipelines = await listedInstances(services.pipelines);
      await until(async () => (await receiver.receive()) !== null, 'a message');
      const camera = (await listedInstances(services.cameras))!.get('CAM')!;
      process.kill(camera, 'SIGKILL');
      await until(async () => {
        const now = (await listedInstances(services.cameras))?.get('CAM');
        return now !== undefined && now !== camera;
      }, 'another camera process');
      await until(async () => (await receiver.receive()) !== null, 'silence is over');
      expect(await listedInstances(services.pipelines)).to.deep.equal(pipelines);
    } finally {
      receiver.close();
    }
  });

  async function listAll(): Promise<Map<string, number>[] | null> {
    const lists = await Promise.all([services.cameras, services.pipelines].map(listedInstances));
    return lists.includes(null) ? null : (lists as Map<string, number>[]);
  }

  /** Null while it cannot be had. */
  function streamOfPipeline(): Promise<string | null> {
    return services.pipelines.client.stream('PIPE').catch(() => null);
  }

  async function eventualStream(): Promise<string> {
    let address: string | null = null;
    await until(async () => {
      address = await streamOfPipeline();
      return address !== null;
    }, 'a stream');
    return address!;
  }

  async function pidOf(victim: Victim): Promise<number | null> {
    if (victim === 'camera server') return services.cameras.pid;
    if (victim === 'pipeline server') return services.pipelines.pid;
    if (victim === 'camera') return (await listedInstances(services.cameras))?.get('CAM') ?? null;
    const listed = await listedInstances(services.pipelines);
    if (victim === 'pipeline') return listed?.get('PIPE') ?? null;
    const instances = [...(listed?.values() ?? [])];
    return childrenOf(services.pipelines.pid).find((child) => !instances.includes(child)) ?? null;
  }

  function isChild(pid: number): boolean {
    return [services.cameras, services.pipelines].some((service) => childrenOf(service.pid).includes(pid));
  }
});

async function hasMessage(address: string): Promise<boolean> {
  const receiver = new Receiver({ address, receiveTimeout: 1000 });
  await receiver.open();
  const message = await receiver.receive();
  receiver.close();
  return message !== null;
}

/** What is listed lives, and what lives is listed or is the one spare. */
async function isTruthful(service: Service): Promise<boolean> {
  const listed = await listedInstances(service);
  if (listed === null) return false;
  const children = childrenOf(service.pid);
  const pids = [...listed.values()];
  return pids.every((pid) => children.includes(pid)) && children.length <= pids.length + 1;
}

/** The generator mulberry32: numbers in [0, 1). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let hash = Math.imul(state ^ (state >>> 15), state | 1);
    hash ^= hash + Math.imul(hash ^ (hash >>> 7), hash | 61);
    return ((hash ^ (hash >>> 14)) >>> 0) / 2 ** 32;
  };
}
