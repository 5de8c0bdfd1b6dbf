import { expect } from 'chai';
import { until } from '../../support/until.js';
import { call, EventReader, startTestPlant, type TestPlant } from './support.js';

describe('/api/v2/instances', () => {
  let plant: TestPlant;
  let api: string;
  before(async () => {
    plant = await startTestPlant({ still_sp: { camera_name: 'still', no_client_timeout: 0 } });
    api = `${plant.pipelines.url}/api/v2`;
  });
  after(() => plant.close());

  it('creates, changes, starts again and stops an instance', async () => {
    const created = await call('POST', `${api}/instances/pipelines`, {
      configuration: 'still_sp',
      instance: 'mine',
      changes: { image_threshold: 7 },
    });
    expect(created.status).to.equal(201);
    expect(created.body).to.include({ instance: 'mine' });
    expect(created.body.stream_address).to.match(/^tcp:/);
    const twice = await call('POST', `${api}/instances/pipelines`, {
      configuration: 'still_sp',
      instance: 'mine',
    });
    expect([twice.status, twice.body.code]).to.deep.equal([409, 'INSTANCE_EXISTS']);

    const read = () => call('GET', `${api}/instances/pipelines/mine`);
    const first = await until(async () => {
      const answer = await read();
      return answer.body.config !== null && answer.body.instance.worker !== null ? answer.body : null;
    });
    expect(first.instance).to.include({ instance: 'mine', configuration: 'still_sp' });
    expect(first.drift).to.deep.include({
      path: '/image_threshold',
      kind: 'changed',
      before: null,
      after: 7,
    });
    const changed = await call('POST', `${api}/instances/pipelines/mine/config`, {
      changes: { image_threshold: 8 },
      remove: ['no_client_timeout'],
      save: true,
      comment: 'better',
    });
    expect(changed.body.saved).to.equal(true);
    expect(changed.body.config).to.include({ image_threshold: 8 }).and.not.have.property('no_client_timeout');
    const stored = (await call('GET', `${api}/configs/pipelines/still_sp`)).body;
    expect(stored.config).to.deep.equal({ camera_name: 'still', name: 'still_sp', image_threshold: 8 });
    expect(stored.comment).to.equal('better');

    const events = await EventReader.open(`${api}/events`);
    const restart = await call('POST', `${api}/instances/pipelines/mine/restart`, {});
    expect(restart.status).to.equal(202);
    const ended = await events.find(
      ({ type, data }) => type === 'task' && data.task === restart.body.task && data.state !== 'running',
    );
    expect(ended.data).to.include({ kind: 'instance.restart', target: 'mine', state: 'done', error: null });
    expect((await call('GET', `${api}/tasks/${restart.body.task}`)).body).to.deep.equal(ended.data);
    expect((await call('GET', `${api}/tasks`)).body.tasks[0].task).to.equal(restart.body.task);
    events.close();

    const stopped = await call('POST', `${api}/instances/pipelines/mine/stop`, {});
    expect(stopped.body).to.deep.equal({ instance: 'mine', returns: false });
    const gone = await until(async () => {
      const { body } = await read();
      return body.instance.state === 'down' ? body : null;
    });
    expect(gone.instance).to.include({ exit_code: 0, worker: null });
    expect(gone.log).to.be.an('array');
    const unknown = await call('POST', `${api}/instances/pipelines/nobody/stop`, {});
    expect(unknown.status).to.equal(404);
  });

  it('starts and changes a camera through the pipeline server', async () => {
    const started = await call('POST', `${api}/instances/cameras`, { configuration: 'still' });
    expect(started.status).to.equal(201);
    const changed = await call('POST', `${api}/instances/cameras/still/config`, {
      changes: { mirror_x: true },
    });
    expect(changed.body).to.deep.include({ saved: true });
    expect(changed.body.config.mirror_x).to.equal(true);
    expect((await call('POST', `${api}/instances/cameras/still/stop`, {})).status).to.equal(200);
  });

  it('says what is wrong with an order', async () => {
    const both = await call('POST', `${api}/instances/pipelines`, { configuration: 'a', config: {} });
    expect([both.status, both.body.code]).to.deep.equal([400, 'INVALID_BODY']);
    const none = await call('POST', `${api}/instances/pipelines`, { configuration: 'none' });
    expect([none.status, none.body.code]).to.deep.equal([404, 'CONFIG_NOT_FOUND']);
    const empty = await call('POST', `${api}/instances/pipelines/x/config`, {});
    expect(empty.status).to.equal(400);
  });

  it('shows the server as its only worker, stops everything there, and has no pool', async () => {
    const worker = plant.pipelines.url.slice('http://'.length);
    const shown = await call('GET', `${api}/workers/pipelines/${worker}`);
    expect(shown.body.worker).to.include({ worker, state: 'ok' });
    await call('POST', `${api}/instances/pipelines`, { configuration: 'still_sp', instance: 'all' });
    expect((await call('POST', `${api}/workers/pipelines/${worker}/stop-all`)).status).to.equal(200);
    await until(async () => {
      const { body } = await call('GET', `${api}/snapshot?cluster=pipelines`);
      return body.clusters.pipelines.instances.length === 0;
    });
    expect((await call('POST', `${api}/workers/pipelines/${worker}/drain`, {})).body.code).to.equal(
      'NO_CLUSTER',
    );
    expect((await call('GET', `${api}/workers/pipelines/other:1`)).body.code).to.equal('UNKNOWN_SERVER');
  });
});
