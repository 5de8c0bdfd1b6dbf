import { expect } from 'chai';
import { type LogEntry, logFilter } from '../../../src/proxy/v2/log-filter.js';
import { until } from '../../support/until.js';
import { call, EventReader, startTestPlant, type TestPlant } from './support.js';

describe('/api/v2/logs and /api/v2/metrics', () => {
  let plant: TestPlant;
  let api: string;
  before(async () => {
    plant = await startTestPlant({ still_sp: { camera_name: 'still', no_client_timeout: 0 } }, undefined, {
      logLevel: 'INFO',
    });
    api = `${plant.pipelines.url}/api/v2`;
  });
  after(() => plant.close());

  it('finds records of servers and instances of both clusters', async () => {
    await plant.pipelines.client.stream('still_sp');
    await plant.pipelines.call('POST', '/instance/still_sp/config', { image_threshold: 3 });
    const { body } = await call('GET', `${api}/logs`);
    const clusters = new Set(body.records.map(({ cluster }: { cluster: string }) => cluster));
    expect([...clusters].sort()).to.deep.equal(['cameras', 'pipelines']);
    expect(body.sources.map(({ state }: { state: string }) => state)).to.deep.equal(['ok', 'ok']);
    const times = body.records.map(({ time }: { time: string }) => Date.parse(time));
    expect(times).to.deep.equal([...times].sort((a, b) => a - b));
    const instances = await until(async () => {
      const found = await call('GET', `${api}/logs?cluster=pipelines&scope=instance&instance=still_sp`);
      return found.body.records.length > 0 ? found.body : null;
    });
    for (const record of instances.records) {
      expect(record).to.include({ scope: 'instance', instance: 'still_sp', cluster: 'pipelines' });
    }
    expect(instances.hidden).to.equal(instances.total - instances.records.length);
    expect((await call('GET', `${api}/logs?q=no-such-text&level=ERROR`)).body.records).to.deep.equal([]);
  });

  it('hands on what the cameras log while somebody follows', async () => {
    const follow = await EventReader.open(`${api}/events?topics=logs&scope=instance&instance=still`);
    // following begins within a second; until then records are in the search only
    const log = await until(async () => {
      await call('POST', `${api}/instances/cameras/still/stop`, {});
      await call('POST', `${api}/instances/cameras`, { configuration: 'still' });
      return follow.events.find(({ type }) => type === 'log');
    });
    expect(log.data).to.include({ cluster: 'cameras', instance: 'still', scope: 'instance' });
    follow.close();
  });

  it('says what is wrong with a question, and gives text', async () => {
    for (const query of [
      'level=LOUD',
      'levels=INFO,LOUD',
      'scope=moon',
      'q=(&regex=true',
      'from=yesterday',
      'limit=0',
      'format=pdf',
    ]) {
      expect((await call('GET', `${api}/logs?${query}`)).body.code).to.equal('INVALID_QUERY');
    }
    const text = await (await fetch(`${api}/logs?format=text&limit=3`)).text();
    expect(text).to.match(/^\d{4}-\d\d-\d\dT\S+ [A-Z]+ /);
  });

  it('names the cluster that does not answer', async () => {
    const other = await startTestPlant();
    await other.cameras.close();
    const { body } = await call('GET', `${other.pipelines.url}/api/v2/logs`);
    const [, cameras] = body.sources;
    expect(cameras).to.include({ source: 'cameras', state: 'unreachable' });
    await other.close();
  });

  it('keeps figures of instances and workers over time', async () => {
    await plant.pipelines.client.stream('still_sp');
    const figures = await until(async () => {
      const { body } = await call('GET', `${api}/metrics?instance=still_sp&from=-10m`);
      return body.rows.length > 1 ? body : null;
    });
    expect(figures).to.include({ instance: 'still_sp', step_ms: 2000, cluster: 'pipelines' });
    expect(figures.columns.slice(0, 3)).to.deep.equal(['time', 'rx', 'tx']);
    expect(figures.rows.at(-1)).to.have.length(figures.columns.length);
    const worker = plant.pipelines.url.slice('http://'.length);
    const ofWorker = await call('GET', `${api}/metrics?worker=${worker}`);
    expect(ofWorker.body.rows.length).to.be.greaterThan(0);
    const ofCamera = await until(async () => {
      const { body } = await call('GET', `${api}/metrics?cluster=cameras&instance=still`);
      return body.rows.length > 0 ? body : null;
    });
    expect(ofCamera.cluster).to.equal('cameras');
    expect((await call('GET', `${api}/metrics`)).body.code).to.equal('INVALID_QUERY');
    expect((await call('GET', `${api}/metrics?instance=unknown`)).body.rows).to.deep.equal([]);
  });
});

describe('proxy/v2/log-filter', () => {
  const entry = (message: string): LogEntry => ({
    time: '2026-11-25T10:00:00Z',
    cluster: 'pipelines',
    worker: null,
    instance: null,
    scope: 'manager',
    logger: 'cam_server',
    level: 'INFO',
    message,
  });

  it('finds by text and by pattern', () => {
    const entries = ['Camera A started', 'Camera B ended'].map(entry);
    expect(logFilter({ q: 'camera b' })(entries)).to.deep.equal([entries[1]]);
    expect(logFilter({ q: '^camera (a|c)', regex: 'true' })(entries)).to.deep.equal([entries[0]]);
    expect(() => logFilter({ q: 'a'.repeat(201), regex: 'true' })).to.throw('at most 200 characters');
  });

  it('gives the levels that were asked for, and those only', () => {
    const entries = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'].map((level) => ({
      ...entry('x'),
      level,
    }));
    const levelsFor = (query: Record<string, string>): string[] =>
      logFilter(query)(entries).map(({ level }) => level);
    expect(levelsFor({ levels: 'INFO,ERROR' })).to.deep.equal(['INFO', 'ERROR']);
    expect(levelsFor({ levels: 'INFO,ERROR', level: 'WARNING' })).to.deep.equal(['ERROR']);
    expect(levelsFor({ levels: '' })).to.have.length(5);
    expect(levelsFor({ level: 'WARNING' })).to.deep.equal(['WARNING', 'ERROR', 'CRITICAL']);
  });

  it('gives up a pattern that would keep the server busy', () => {
    const filter = logFilter({ q: '^(a+)+$', regex: 'true' });
    expect(() => filter([entry(`${'a'.repeat(60)}!`)])).to.throw('takes longer than 200 ms');
  });
});
