/** Camera and pipeline server while images flow through several instances. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import { childrenOf, isAlive } from '../support/processes.js';
import { until } from '../support/until.js';
import { type Service, type Services, startServices } from './cluster.js';

const CAMERA = { source: '', source_type: 'simulation', size_x: 320, size_y: 240, frame_rate: 50 };
const COMMON = { camera_name: 'CAM', no_client_timeout: 0, camera_timeout: 0 };
const PIPELINES: Record<string, JsonObject> = {
  plain: COMMON,
  halved: { ...COMMON, downsampling: 1 },
  threads: { ...COMMON, processing_threads: 2, max_frame_rate: 20 },
  pushing: { ...COMMON, mode: 'PUSH', block: false, queue_size: 1 },
  buffered: { ...COMMON, mode: 'PUSH', block: true, queue_size: 1, buffer_size: 5 },
};
/** More frames cannot be at work at the same time: slots of two threads, or the buffer, and one in each hand. */
const MOST_IN_WORK = 20;
const LOOKS = 15;

interface Account {
  readonly received: number;
  readonly inWork: number;
  readonly dropped: Readonly<Record<string, number>>;
}

describe('camera and pipeline server under load', () => {
  let services: Services | null = null;

  beforeEach(async () => {
    services = await startServices({ CAM: CAMERA }, PIPELINES);
    const { cameras, pipelines } = services;
    await until(async () => {
      const versions = [cameras.client.version(), pipelines.client.version()];
      return (await Promise.allSettled(versions)).every(({ status }) => status === 'fulfilled');
    }, 'both servers answer');
    await Promise.all(Object.keys(PIPELINES).map((name) => pipelines.client.stream(name)));
  });

  afterEach(async () => {
    await services?.stop();
    services = null;
  });

  it('account for every frame at every look, over REST and in the metrics', async () => {
    const { cameras, pipelines } = services!;
    await until(async () => {
      const accounts = [...(await accountsOf(pipelines)).values()];
      return accounts.length === 5 && accounts.every(({ received }) => received > 50);
    }, 'frames have passed everywhere');
    for (let look = 0; look < LOOKS; look += 1) {
      for (const read of [accountsOf, metricsOf]) {
        for (const service of [cameras, pipelines]) {
          for (const [name, { inWork }] of await read(service)) {
            expect(inWork, name).to.be.within(0, MOST_IN_WORK);
          }
        }
      }
      await delay(100);
    }
    await cameras.client.deleteInstance('CAM');
    await until(async () => {
      const accounts = await accountsOf(pipelines);
      accounts.delete('buffered');
      return [...accounts.values()].every(({ inWork }) => inWork === 0);
    }, 'nothing is at work any more');
    const accounts = await accountsOf(pipelines);
    expect(Object.keys(accounts.get('plain')!.dropped)).to.deep.equal([]);
    expect(accounts.get('halved')!.dropped.downsampling).to.be.above(20);
    expect(accounts.get('threads')!.dropped.max_frame_rate).to.be.above(0);
    expect(accounts.get('pushing')!.dropped.not_delivered).to.be.above(20);
    expect(accounts.get('buffered')!.dropped.send_buffer_full).to.be.above(20);
    expect((await metricsOf(pipelines)).get('halved')!.dropped).to.deep.equal(
      accounts.get('halved')!.dropped,
    );
  });

  it('show the statistics of the contract', async () => {
    const { cameras, pipelines } = services!;
    const keys = ['total_bytes', 'clients', 'throughput', 'time', 'rx', 'tx', 'pid', 'cpu', 'memory'];
    keys.push('header_changes', 'frame_shape', 'dropped');
    await until(async () => {
      const [camera] = await statisticsOf(cameras);
      const statistics = [camera!, ...(await statisticsOf(pipelines))];
      const isMeasured = statistics.every(
        ([, { cpu, frame_shape }]) => cpu !== null && frame_shape !== undefined,
      );
      return isMeasured && camera![1].clients === Object.keys(PIPELINES).length;
    }, 'all are measured and connected');
    const [camera] = await statisticsOf(cameras);
    const pipeline = (await statisticsOf(pipelines)).find(([name]) => name === 'plain');
    for (const [, statistics] of [camera!, pipeline!]) {
      expect(statistics).to.have.all.keys(keys);
      const { time, rx, tx, pid, memory, total_bytes: bytes, frame_shape: shape } = statistics;
      expect(time).to.match(/^\d\d:\d\d:\d\d$/);
      for (const rate of [rx, tx]) expect(rate).to.match(/^\d+\.\d\dHz - \d+$/);
      expect(shape).to.equal('320x240x2');
      expect(isAlive(Number(pid))).to.equal(true);
      expect(memory).to.be.above(10e6);
      expect(bytes).to.be.above(320 * 240 * 2);
    }
    expect(pipeline![1]).to.include({ clients: 0, header_changes: 1 });
  });

  it('end with code 0 at SIGTERM, with everything that streams, waits or starts', async () => {
    const { cameras, pipelines } = services!;
    await until(async () => {
      const accounts = [...(await accountsOf(pipelines)).values()];
      return accounts.every(({ received }) => received > 0);
    }, 'frames flow');
    const starts = [1, 2, 3].map((index) => pipelines.client.createFromConfig(COMMON, `late-${index}`));
    const outcomes = Promise.allSettled(starts);
    await delay(20);
    const processes = [...childrenOf(cameras.pid), ...childrenOf(pipelines.pid)];
    expect(processes.length).to.be.at.least(6);
    const codes = await services!.stop();
    services = null;
    expect(codes).to.deep.equal({ cameras: 0, pipelines: 0 });
    expect(processes.filter(isAlive)).to.deep.equal([]);
    // each of them has an answer or an error, none waits for ever
    await outcomes;
  });
});

// biome-ignore lint/suspicious/noExplicitAny: answers are what the test is about
async function statisticsOf({ client }: Service): Promise<[string, any][]> {
  const { active_instances } = (await client.info()) as { active_instances: JsonObject };
  return Object.entries(active_instances).map(([name, record]) => [name, (record as JsonObject).statistics]);
}

async function accountsOf(service: Service): Promise<Map<string, Account>> {
  const count = (rate: string): number => Number(/ - (\d+)$/.exec(rate)![1]);
  return new Map(
    (await statisticsOf(service)).map(([name, { rx, tx, dropped }]) => [
      name,
      account(count(rx), count(tx), dropped),
    ]),
  );
}

async function metricsOf({ client }: Service): Promise<Map<string, Account>> {
  const text = await (await fetch(`${client.address}/metrics`)).text();
  const counter = (name: string): RegExpExecArray[] => [
    ...text.matchAll(
      new RegExp(
        `^camserver_instance_${name}_total\\{instance="(\\w+)"(?:,reason="(\\w+)")?\\} (\\d+)$`,
        'gm',
      ),
    ),
  ];
  const [sent, dropped] = [counter('sent'), counter('dropped')];
  return new Map(
    counter('received').map(([, name, , received]) => {
      const reasons = dropped.filter(([, instance]) => instance === name);
      const [, , , out] = sent.find(([, instance]) => instance === name)!;
      const counts = Object.fromEntries(reasons.map(([, , reason, count]) => [reason, Number(count)]));
      return [name!, account(Number(received), Number(out), counts)];
    }),
  );
}

function account(received: number, sent: number, dropped: Readonly<Record<string, number>>): Account {
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  return { received, inWork: received - sent - lost, dropped };
}
