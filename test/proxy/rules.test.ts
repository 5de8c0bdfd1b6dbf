/** The small rules of the cluster, without servers. */
import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import { backOffDelay, failuresAfter, isCrashLoop } from '../../src/proxy/back-off.js';
import { type CascadeAccess, resolveCascade } from '../../src/proxy/cascade.js';
import { diagnose, summariseDataBuffer } from '../../src/proxy/diagnostics.js';
import { newestCopy } from '../../src/proxy/duplicates.js';
import { FrozenWatch } from '../../src/proxy/frozen.js';
import { OriginResolver } from '../../src/proxy/origin.js';
import { formatPermanentList, parsePermanentList } from '../../src/proxy/permanent-list.js';
import { nextReachability, type PollOutcome, UNHEARD } from '../../src/proxy/reachability.js';
import { Starts } from '../../src/proxy/starts.js';

describe('proxy/reachability', () => {
  const stateAfter = (...outcomes: PollOutcome[]): string =>
    outcomes.reduce(nextReachability, UNHEARD).reachability;

  it('trusts an answer, doubts once, and gives up at the second refusal or at silence', () => {
    expect(stateAfter()).to.equal('suspect');
    expect(stateAfter('answered')).to.equal('reachable');
    expect(stateAfter('answered', 'overdue')).to.equal('suspect');
    expect(stateAfter('answered', 'overdue', 'answered')).to.equal('reachable');
    expect(stateAfter('answered', 'refused')).to.equal('suspect');
    expect(stateAfter('answered', 'refused', 'answered', 'refused')).to.equal('suspect');
    expect(stateAfter('answered', 'refused', 'refused')).to.equal('unreachable');
    expect(stateAfter('answered', 'overdue', 'silent')).to.equal('unreachable');
    expect(stateAfter('silent', 'refused')).to.equal('unreachable');
    expect(stateAfter('silent', 'overdue')).to.equal('unreachable');
    expect(stateAfter('silent', 'answered')).to.equal('reachable');
  });
});

describe('proxy/back-off', () => {
  it('waits twice as long after each failure, but never more than a minute', () => {
    expect([1, 2, 3, 6, 7, 50].map(backOffDelay)).to.deep.equal([1000, 2000, 4000, 32_000, 60_000, 60_000]);
    expect([4, 5].map(isCrashLoop)).to.deep.equal([false, true]);
  });

  it('forgets failures after a good run', () => {
    expect(failuresAfter(7, 60_000)).to.equal(1);
    expect(failuresAfter(7, 59_999)).to.equal(8);
    expect(failuresAfter(0, null)).to.equal(1);
  });
});

describe('proxy/permanent list', () => {
  it('reads switched-off entries and null, and writes every configuration as text', () => {
    const list = { a: 'x', '#b': 'y', c: null } as unknown as JsonObject;
    const entries = parsePermanentList(list);
    expect(entries).to.deep.equal([
      { name: 'a', configuration: 'x', enabled: true },
      { name: 'b', configuration: 'y', enabled: false },
      { name: 'c', configuration: 'c', enabled: true },
    ]);
    expect(formatPermanentList(entries)).to.deep.equal({ a: 'x', '#b': 'y', c: 'c' });
  });

  it('says which entry is wrong', () => {
    expect(() => parsePermanentList(['a'])).to.throw('instance name -> configuration name');
    expect(() => parsePermanentList({ a: 7 })).to.throw("'a'");
    expect(() => parsePermanentList({ 'a/b': 'x' })).to.throw('a slash');
    expect(() => parsePermanentList({ a: 'x', ' a': 'y' })).to.throw("'a' is listed twice");
  });
});

describe('proxy/starts', () => {
  it('joins or refuses a second start of a name, and forgets it at the end', async () => {
    const starts = new Starts<number>();
    let finish: (value: number) => void = () => {};
    const first = starts.shared('a', () => new Promise((resolve) => (finish = resolve)));
    const joined = starts.shared('a', async () => 2);
    const refused = await starts.exclusive('a', async () => 3).catch((error) => error.code);
    expect(refused).to.equal('INSTANCE_EXISTS');
    expect(await starts.exclusive('b', async () => 4)).to.equal(4);
    finish(1);
    expect([await first, await joined]).to.deep.equal([1, 1]);
    expect(await starts.exclusive('a', async () => 5)).to.equal(5);
    await starts.shared('a', () => Promise.reject(new Error('no'))).catch(() => {});
    expect(await starts.shared('a', async () => 6)).to.equal(6);
  });
});

describe('proxy/origin', () => {
  const servers = ['http://host-1:8881', 'http://10.0.0.7:8881'];
  const log = { warning: () => {} } as never;

  it('needs no name server for itself, for addresses of the pool and for names', async () => {
    const resolver = new OriginResolver(log, async () => {
      throw new Error('must not be asked');
    });
    expect(await resolver.hostOf(null, servers)).to.equal(null);
    expect(await resolver.hostOf('127.0.0.1', servers)).to.equal('127.0.0.1');
    expect(await resolver.hostOf('::ffff:10.0.0.7', servers)).to.equal('10.0.0.7');
    expect(await resolver.hostOf('console-3, 10.1.1.1', servers)).to.equal('console-3');
  });

  it('asks once per address, and skips the rule when there is no name or no answer', async () => {
    const asked: string[] = [];
    const resolver = new OriginResolver(log, async (address) => {
      asked.push(address);
      if (address === '10.0.0.1') return ['console-1.psi.ch'];
      if (address === '10.0.0.2') throw new Error('NXDOMAIN');
      return new Promise(() => {});
    });
    expect(await resolver.hostOf('10.0.0.1', servers)).to.equal('console-1.psi.ch');
    expect(await resolver.hostOf('10.0.0.1', servers)).to.equal('console-1.psi.ch');
    expect(await resolver.hostOf('10.0.0.2', servers)).to.equal(null);
    expect(await resolver.hostOf('10.0.0.3', servers)).to.equal(null);
    expect(asked).to.deep.equal(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  });
});

describe('proxy/frozen', () => {
  const record = (time: string, received: number): JsonObject => ({
    statistics: { time, rx: `10.00Hz - ${received}` },
  });

  it('notices statistics that stand still, and input that stays away while the camera sends', async () => {
    let now = 0;
    let sends: boolean | null = true;
    const watch = new FrozenWatch(
      async () => sends,
      15_000,
      () => now,
    );
    expect(await watch.look('a', record('10:00:00', 1))).to.equal(null);
    now = 15_000;
    expect(await watch.look('a', record('10:00:15', 1))).to.equal(null);
    now = 16_000;
    expect(await watch.look('a', record('10:00:16', 1))).to.equal(
      'nothing comes in although its camera sends',
    );
    sends = null;
    expect(await watch.look('a', record('10:00:16', 1))).to.equal(null);
    sends = true;
    expect(await watch.look('a', record('10:00:16', 2))).to.equal(null);
    now = 32_000;
    expect(await watch.look('a', record('10:00:16', 9))).to.equal(
      'its statistics stand still since 10:00:16',
    );
    watch.forget('a');
    expect(await watch.look('a', record('10:00:16', 9))).to.equal(null);
  });

  it('does not judge what has no statistics yet', async () => {
    let now = 0;
    const watch = new FrozenWatch(
      async () => true,
      15_000,
      () => now,
    );
    await watch.look('a', record('', 0));
    now = 100_000;
    expect(await watch.look('a', record('', 0))).to.equal(null);
  });
});

describe('proxy/cascade', () => {
  const stored: Record<string, JsonObject> = {
    source: { camera_name: 'CAM' },
    sink: { pipeline_type: 'fanin', input_stream: 'tcp://*:5555' },
    mute: { pipeline_type: 'stream' },
    loop: { input_pipeline: 'loop2' },
    loop2: { output_pipeline: 'loop' },
  };
  const access: CascadeAccess = {
    stored: async (name) => stored[name] ?? null,
    stream: async (name) => `tcp://host/${name}`,
    runningConfig: async (name) => stored[name]!,
  };

  it('replaces references by the streams of the pipelines', async () => {
    const config = { input_pipeline: 'source', input_pipeline2: 'mute', output_pipeline: 'sink' };
    expect(await resolveCascade('x', config, access)).to.deep.equal({
      input_stream: 'tcp://host/source',
      input_stream2: 'tcp://host/mute',
      output_stream: 'tcp://*:5555',
    });
    expect(await resolveCascade('x', { input_pipeline: null, output_pipeline: '' }, access)).to.deep.equal(
      {},
    );
  });

  it('refuses cycles before anything is started, and says what cannot be written to', async () => {
    const refusal = (config: JsonObject, name = 'x'): Promise<string> =>
      resolveCascade(name, config, access).then(
        () => '',
        (error) => error.message,
      );
    expect(await refusal({ input_pipeline: 'loop' })).to.contain('loop -> loop2 -> loop');
    expect(await refusal({ input_pipeline: 'x' })).to.contain('x -> x');
    expect(await refusal({ output_pipeline: 'mute' })).to.contain(
      "'mute' cannot be the output_pipeline of 'x'",
    );
  });
});

describe('proxy/diagnostics', () => {
  const record = (config: JsonObject, clients: number | string): JsonObject => ({
    config,
    statistics: { clients, rx: '9.98Hz - 5', tx: '1.00Hz - 2', cpu: 3, frame_shape: '4x3x2' },
  });
  const base = { isStored: true, isPermanent: true, withDataBuffer: true };

  it('describes a pipeline that feeds the data buffer', () => {
    const pushed = diagnose({ ...base, family: 'pipeline', record: record({ mode: 'PUSH' }, 5) });
    expect(pushed).to.include({
      status: 'active',
      rx: '9.98',
      tx: '1.00',
      frame_shape: '4x3x2',
      mode: 'PUSH',
      databuffer: 'active',
    });
    const stored = diagnose({ ...base, family: 'pipeline', record: record({ pipeline_type: 'store' }, 4) });
    expect(stored).to.include({ mode: 'PUSH', databuffer: 'inactive' });
    expect(diagnose({ ...base, family: 'pipeline', record: record({}, 9) })).to.include({
      databuffer: 'invalid',
    });
    expect(summariseDataBuffer([pushed])).to.equal('all_active');
    expect(summariseDataBuffer([pushed, stored])).to.equal('active');
    expect(summariseDataBuffer([stored])).to.equal('inactive');
    expect(summariseDataBuffer([])).to.equal('invalid');
  });

  it('judges cameras by their forwarder', () => {
    const camera = (clients: number | string) =>
      diagnose({ ...base, family: 'camera', record: record({}, clients) });
    expect(camera('2 + 1')).to.include({ clients: 2, forwards: 1, databuffer: 'active' });
    expect(camera('2 + 0')).to.include({ databuffer: 'inactive' });
    expect(camera(2)).to.include({ forwards: null, databuffer: 'invalid' });
  });
});

describe('proxy/duplicates', () => {
  const copy = (address: string, start: string | null, running: number | null = null, age = 0) => ({
    watch: { address, age },
    record: { last_start_time: start, ...(running === null ? {} : { running_ms: running }) },
  });

  it('takes the youngest copy whatever the clocks of the hosts say, as of the same moment', () => {
    // the clock of the first host is an hour ahead: by the clocks it would be the youngest
    const old = copy('a', '2026-03-20 15:20:00 UTC+0100', 90_000);
    const young = copy('b', '2026-03-20 14:20:00 UTC+0100', 20_000);
    expect(newestCopy([old, young], null)).to.equal(young);
    expect(newestCopy([young, old], null)).to.equal(young);
    expect(newestCopy([old, young], 'a')).to.equal(old);
    // a report from 80 s ago: that copy is older by now
    const reportedBefore = copy('c', '2026-03-20 14:20:00 UTC+0100', 15_000, 80_000);
    expect(newestCopy([reportedBefore, young], null)).to.equal(young);
    const starting = copy('d', null);
    expect(newestCopy([young, starting, old], null)).to.equal(starting);
  });

  it('takes the copy on the server where the instance was last started, else the youngest by the clock where no age is told', () => {
    const early = copy('a', '2026-03-20 15:10:00 UTC+0200');
    const late = copy('b', '2026-03-20 14:20:00 UTC+0100');
    expect(newestCopy([early, late], null)).to.equal(late);
    expect(newestCopy([late, early], null)).to.equal(late);
    expect(newestCopy([early, late], 'a')).to.equal(early);
    expect(newestCopy([early, late], 'elsewhere')).to.equal(late);
    const starting = copy('c', null);
    expect(newestCopy([late, starting, early], null)).to.equal(starting);
  });
});
