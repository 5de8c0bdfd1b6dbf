import { expect } from 'chai';
import { call, EventReader, startTestPlant, type TestPlant } from './support.js';

describe('/api/v2/configs', () => {
  let plant: TestPlant;
  let configs: string;
  before(async () => {
    plant = await startTestPlant({ broken: { pipeline_type: 'nonsense' }, plain: { camera_name: 'still' } });
    configs = `${plant.pipelines.url}/api/v2/configs/pipelines`;
  });
  after(() => plant.close());

  const create = (name: string, config: object) =>
    call('PUT', `${configs}/${name}`, { config }, { 'If-None-Match': '*' });

  it('lists what is stored, with what is wrong', async () => {
    const { body } = await call('GET', configs);
    const byName = new Map<string, Record<string, unknown>>(
      body.configs.map((entry: { name: string }) => [entry.name, entry]),
    );
    expect(byName.get('plain')).to.include({
      type: 'processing',
      camera: 'still',
      problem: null,
      running: false,
      permanent: false,
      revision: null,
    });
    expect(byName.get('broken')!.problem).to.match(/pipeline_type 'nonsense' not present/);
  });

  it('stores new and changed documents against what the client has seen', async () => {
    const events = await EventReader.open(`${plant.pipelines.url}/api/v2/events`);
    const created = await create('one', { camera_name: 'still', image_threshold: 2.0 });
    expect(created.status).to.equal(201);
    expect(created.headers.get('etag')).to.equal(`"${created.body.etag}"`);
    expect(created.body.config).to.deep.equal({ camera_name: 'still', image_threshold: 2, name: 'one' });
    await events.find(
      ({ type, data }) => type === 'config' && data.name === 'one' && data.action === 'saved',
    );
    events.close();

    const again = await create('one', { camera_name: 'still' });
    expect(again.status).to.equal(412);
    expect(again.body).to.include({ code: 'CONFLICT', current_etag: created.body.etag });

    const without = await call('PUT', `${configs}/one`, { config: { camera_name: 'still' } });
    expect(without.status).to.equal(428);

    const change = (etag: string, threshold: number) =>
      call(
        'PUT',
        `${configs}/one`,
        { config: { camera_name: 'still', image_threshold: threshold }, comment: `to ${threshold}` },
        { 'If-Match': `"${etag}"` },
      );
    const changed = await change(created.body.etag, 5);
    expect(changed.status).to.equal(200);
    expect(changed.body).to.include({ revision: 2, comment: 'to 5' });
    expect((await change(created.body.etag, 6)).status).to.equal(412);
    expect((await plant.pipelines.call('GET', '/one/config')).config.image_threshold).to.equal(5);
  });

  it('lets one of two simultaneous changes win', async () => {
    const { body } = await create('race', { camera_name: 'still' });
    const answers = await Promise.all(
      [1, 2, 3, 4].map((image_threshold) =>
        call(
          'PUT',
          `${configs}/race`,
          { config: { camera_name: 'still', image_threshold } },
          { 'If-Match': `"${body.etag}"` },
        ),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 412, 412, 412]);
  });

  it('keeps the kind of numbers', async () => {
    const response = await fetch(`${configs}/kinds`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json', 'If-None-Match': '*' },
      body: '{"config": {"camera_name": "still", "image_threshold": 2.0}}',
    });
    expect((await response.json()) as { text: string })
      .to.have.property('text')
      .that.includes('"image_threshold": 2.0');
  });

  it('says everything that is wrong, and stores nothing then', async () => {
    const refused = await create('wrong', { camera_name: 'still', image_threshold: [], port: 'no' });
    expect(refused.status).to.equal(422);
    expect(refused.body.errors.map(({ path }: { path: string }) => path)).to.have.members([
      '/image_threshold',
      '/port',
    ]);
    expect((await call('GET', `${configs}/wrong`)).status).to.equal(404);
    expect((await create('servers', { camera_name: 'still' })).status).to.equal(422);
  });

  it('checks text with lines, unknown keys and what does not exist', async () => {
    const check = async (text: string) =>
      (await call('POST', `${configs}/validate`, { name: 'new', text })).body;
    const syntax = await check('{\n "camera_name": "still",\n}');
    expect(syntax.valid).to.equal(false);
    expect(syntax.errors[0].line).to.equal(3);
    const typing = await check(
      '{\n "camera_name": "nowhere",\n "image_treshold": 3,\n "function": "none"\n}',
    );
    expect(typing.valid).to.equal(true);
    expect(
      typing.warnings.map(({ line, message }: { line: number; message: string }) => [line, message]),
    ).to.deep.equal([
      [3, "CamServer does not know the key 'image_treshold'. Did you mean 'image_threshold'?"],
      [2, "There is no camera 'nowhere'."],
      [4, "There is no script or built-in function 'none'."],
    ]);
    expect(typing.defaults).to.include({ pipeline_type: 'processing', image_background_enable: false });
    const { changes } = (
      await call('POST', `${configs}/validate`, { name: 'plain', config: { camera_name: 'x', mode: 'PUSH' } })
    ).body;
    expect(changes).to.deep.equal([
      { path: '/camera_name', kind: 'changed', before: 'still', after: 'x' },
      { path: '/mode', kind: 'added', after: 'PUSH' },
    ]);
  });

  it('shows the history, what differs, and goes back, also after a deletion', async () => {
    const { body: first } = await create('past', { camera_name: 'still', image_threshold: 1 });
    const put = (etag: string, image_threshold: number) =>
      call(
        'PUT',
        `${configs}/past`,
        { config: { camera_name: 'still', image_threshold } },
        { 'If-Match': `"${etag}"` },
      );
    const { body: second } = await put(first.etag, 2);
    const { body: difference } = await call('GET', `${configs}/past/diff?from=1`);
    expect(difference).to.deep.equal({
      from: '1',
      to: 'stored',
      changes: [{ path: '/image_threshold', kind: 'changed', before: 1, after: 2 }],
    });
    const deleted = await call('DELETE', `${configs}/past`, undefined, { 'If-Match': `"${second.etag}"` });
    expect(deleted.status).to.equal(200);
    expect((await call('GET', `${configs}/past`)).status).to.equal(404);
    const restored = await call('POST', `${configs}/past/restore`, { revision: 1 }, { 'If-None-Match': '*' });
    expect(restored.status).to.equal(201);
    expect(restored.body.etag).to.equal(first.etag);
    const { revisions } = (await call('GET', `${configs}/past/revisions`)).body;
    expect(
      revisions.map(({ revision, action }: { revision: number; action: string }) => [revision, action]),
    ).to.deep.equal([
      [1, 'saved'],
      [2, 'saved'],
      [3, 'deleted'],
      [4, 'saved'],
    ]);
    expect((await call('GET', `${configs}/past/revisions/2`)).body.config.image_threshold).to.equal(2);
    expect((await call('GET', `${configs}/past/revisions/9`)).body.code).to.equal('REVISION_NOT_FOUND');
    const { body: audit } = await call('GET', `${plant.pipelines.url}/api/v2/audit?action=config.restore`);
    expect(audit.records[0]).to.include({ target: 'past', details: 'revision 1', result: 'ok' });
  });

  it('passes on what is meant for the cameras', async () => {
    const cameras = `${plant.pipelines.url}/api/v2/configs/cameras`;
    const { body } = await call('GET', `${cameras}/still`);
    expect(body.config).to.include({ source_type: 'simulation' });
    const changed = await call(
      'PUT',
      `${cameras}/still`,
      { config: { ...body.config, mirror_x: true } },
      { 'If-Match': `"${body.etag}"` },
    );
    expect(changed.status).to.equal(200);
    expect(changed.headers.get('etag')).to.equal(`"${changed.body.etag}"`);
    const unknown = await call('GET', `${plant.pipelines.url}/api/v2/configs/mirrors`);
    expect(unknown.body).to.include({ status: 404, code: 'UNKNOWN_CLUSTER' });
    const elsewhere = await call('GET', `${plant.cameras.url}/api/v2/configs/pipelines`);
    expect(elsewhere.body).to.include({ status: 404, code: 'UNKNOWN_CLUSTER' });
  });

  it('gives the schemas of the documents', async () => {
    const { body } = await call('GET', `${plant.pipelines.url}/api/v2/schema/pipeline`);
    expect(body.properties).to.have.property('image_threshold');
    expect((await call('GET', `${plant.pipelines.url}/api/v2/schema/other`)).status).to.equal(404);
  });
});
