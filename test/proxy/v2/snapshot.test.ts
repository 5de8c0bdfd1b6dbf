import { expect } from 'chai';
import { until } from '../../support/until.js';
import { call, EventReader, startTestPlant, still, type TestPlant } from './support.js';

// biome-ignore lint/suspicious/noExplicitAny: answers are what the tests are about
async function getJson(url: string): Promise<any> {
  return (await fetch(url)).json();
}

describe('/api/v2 of standalone servers', () => {
  let plant: TestPlant;
  let api: string;
  before(async () => {
    plant = await startTestPlant({ still_sp: { camera_name: 'still', no_client_timeout: 0 } });
    api = `${plant.pipelines.url}/api/v2`;
  });
  after(() => plant.close());

  it('says which server it is', async () => {
    const index = await getJson(api);
    expect(index.server).to.include({ role: 'server', cluster: 'pipelines', url: plant.pipelines.url });
    expect(index.clusters).to.deep.equal(['pipelines', 'cameras']);
  });

  it('shows both clusters with workers and instances', async () => {
    await plant.pipelines.client.stream('still_sp');
    const running = await until(async () => {
      const { clusters } = await getJson(`${api}/snapshot`);
      const [pipeline] = clusters.pipelines.instances;
      return pipeline?.state === 'running' || pipeline?.state === 'no_output' ? clusters : null;
    });
    expect(running.pipelines).to.deep.include({ cluster: 'pipelines', state: 'ok', error: null, alarms: [] });
    expect(running.pipelines.manager).to.include({ url: plant.pipelines.url, role: 'server' });
    expect(running.pipelines.workers).to.have.length(1);
    expect(running.pipelines.workers[0]).to.include({
      worker: plant.pipelines.url.slice('http://'.length),
      state: 'ok',
      instances: 1,
    });
    const [pipeline] = running.pipelines.instances;
    expect(pipeline).to.include({
      cluster: 'pipelines',
      instance: 'still_sp',
      type: 'processing',
      camera: 'still',
      mode: 'PUB',
      configuration: 'still_sp',
      permanent: false,
    });
    expect(pipeline.statistics.rx).to.be.greaterThan(0);
    expect(pipeline.config_tag).to.match(/^[0-9a-f]{32}$/);
    const camera = await until(async () =>
      (await getJson(`${api}/snapshot`)).clusters.cameras.instances.find(
        ({ instance }: { instance: string }) => instance === 'still',
      ),
    );
    expect(camera).to.include({ type: 'simulation', camera: 'still' });
    expect(camera.geometry).to.deep.equal([64, 48]);
  });

  it('sends what changes, and goes on where a client was', async () => {
    const first = await EventReader.open(`${api}/events`);
    const hello = await first.find(({ type }) => type === 'hello');
    expect(hello.data.resumed).to.equal(false);
    await plant.pipelines.client.stream('still_sp');
    const moved = await first.find(
      ({ type, data }) => type === 'statistics' && data.instances.still_sp !== undefined,
    );
    expect(moved.data.cluster).to.equal('pipelines');
    await plant.pipelines.client.stopInstance('still_sp');
    const gone = await first.find(
      ({ type, data }) => type === 'instances' && data.removed.includes('still_sp'),
    );
    first.close();

    const second = await EventReader.open(`${api}/events`, { 'Last-Event-ID': moved.id! });
    expect((await second.find(({ type }) => type === 'hello')).data.resumed).to.equal(true);
    expect((await second.find(({ id }) => id === gone.id)).data).to.deep.equal(gone.data);
    expect(second.events.some(({ type }) => type === 'reset')).to.equal(false);
    second.close();

    const third = await EventReader.open(`${api}/events?last_event_id=otherlife-3`);
    expect((await third.find(({ type }) => type === 'reset')).id).to.match(/-\d+$/);
    third.close();
  });

  it('hands on what the other cluster audits and stores, however the change came there', async () => {
    const reader = await EventReader.open(`${api}/events?topics=audit,configs`);
    const own = await EventReader.open(`${api}/events?topics=audit,configs&cluster=pipelines`);
    const path = `${plant.cameras.url}/api/v2/configs/cameras/relayed`;
    const save = async () => {
      const present = await fetch(path);
      const etag = present.headers.get('etag');
      await call(
        'PUT',
        path,
        { config: still },
        etag === null ? { 'If-None-Match': '*' } : { 'If-Match': etag },
      );
    };
    // the connection to the cameras may take a while: until then changes are in the list only
    const event = (type: string) => async () => {
      await save();
      return reader.events.find(
        ({ type: found, data }) => found === type && (data.target ?? data.name) === 'relayed',
      );
    };
    const audited = await until(event('audit'));
    expect(audited.data).to.include({ cluster: 'cameras', action: 'config.save', result: 'ok' });
    const stored = await until(event('config'));
    expect(stored.data).to.include({ cluster: 'cameras', kind: 'configuration', action: 'saved' });
    const listed = (await getJson(`${api}/audit?cluster=cameras&target=relayed`)).records;
    expect(listed.map(({ hash }: { hash: string }) => hash)).to.include(audited.data.hash);
    expect(own.events.filter(({ data }) => data.cluster === 'cameras')).to.deep.equal([]);
    reader.close();
    own.close();
  });

  it('sends only the topics and the cluster that were asked for', async () => {
    const reader = await EventReader.open(`${api}/events?topics=cluster&cluster=cameras`);
    await reader.find(({ type }) => type === 'worker_figures');
    const others = reader.events.filter(
      ({ type, data }) => type !== 'hello' && (data.cluster !== 'cameras' || type === 'statistics'),
    );
    expect(others).to.deep.equal([]);
    reader.close();
    const wrong = await fetch(`${api}/events?topics=weather`);
    expect(wrong.status).to.equal(400);
    expect((await wrong.json()) as object).to.include({ code: 'INVALID_QUERY' });
  });
});

describe('/api/v2 without the other cluster', () => {
  it('keeps what it knew, with its age', async () => {
    const plant = await startTestPlant();
    const snapshot = `${plant.pipelines.url}/api/v2/snapshot`;
    try {
      await until(async () => (await getJson(snapshot)).clusters.cameras.state === 'ok');
      await plant.cameras.close();
      const { cameras } = await until(async () => {
        const { clusters } = await getJson(snapshot);
        return clusters.cameras.state === 'unreachable' ? clusters : null;
      });
      expect(cameras.workers).to.have.length(1);
      expect(cameras.age_ms).to.be.greaterThan(0);
      expect(cameras.error).to.include(plant.cameras.url);
      expect(cameras.alarms.map(({ kind }: { kind: string }) => kind)).to.include('cluster_unreachable');
    } finally {
      await plant.close();
    }
  });
});
