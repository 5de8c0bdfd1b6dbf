import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatNpy } from '../../../src/common/npy.js';
import { until } from '../../support/until.js';
import { call, startTestPlant, type TestPlant } from './support.js';

describe('/api/v2 scripts, libraries and backgrounds', () => {
  let plant: TestPlant;
  let api: string;
  before(async () => {
    plant = await startTestPlant({ user_sp: { camera_name: 'still', function: 'mine.py' } });
    api = `${plant.pipelines.url}/api/v2`;
  });
  after(() => plant.close());

  const put = async (url: string, content: string | Uint8Array, headers: Record<string, string>) => {
    const body = typeof content === 'string' ? content : new Uint8Array(content);
    const response = await fetch(url, { method: 'PUT', headers, body });
    // biome-ignore lint/suspicious/noExplicitAny: answers are what the tests are about
    return { status: response.status, body: (await response.json()) as any };
  };

  it('stores, lists, changes and deletes scripts against what was seen', async () => {
    const created = await put(`${api}/scripts/mine.py`, 'a = 1\n', { 'If-None-Match': '*' });
    expect(created.status).to.equal(201);
    expect((await put(`${api}/scripts/mine.py`, 'a = 2\n', { 'If-None-Match': '*' })).status).to.equal(412);
    const response = await fetch(`${api}/scripts/mine.py`);
    expect(await response.text()).to.equal('a = 1\n');
    const etag = response.headers.get('etag')!;
    expect(etag).to.equal(`"${created.body.etag}"`);
    const { scripts } = (await call('GET', `${api}/scripts`)).body;
    const [{ changed, ...listed }] = scripts;
    expect(listed).to.deep.equal({
      ...{ name: 'mine.py', size: 6, etag: created.body.etag, used_by: ['user_sp'] },
    });
    const file = statSync(join(plant.pipelines.folder, 'scripts', 'mine.py'));
    expect(changed).to.equal(file.mtime.toISOString());
    expect((await put(`${api}/scripts/mine.py`, 'a = 3\n', { 'If-Match': etag })).status).to.equal(200);
    expect((await call('DELETE', `${api}/scripts/mine.py`, undefined, { 'If-Match': etag })).status).to.equal(
      412,
    );
    const present = (await fetch(`${api}/scripts/mine.py`)).headers.get('etag')!;
    expect(
      (await call('DELETE', `${api}/scripts/mine.py`, undefined, { 'If-Match': present })).status,
    ).to.equal(200);
    expect((await call('GET', `${api}/scripts/mine.py`)).body.code).to.equal('SCRIPT_NOT_FOUND');
  });

  it('keeps what became of a script, with its author and text', async () => {
    await put(`${api}/scripts/kept.py`, 'a = 1\n', { 'If-None-Match': '*' });
    const etag = (await fetch(`${api}/scripts/kept.py`)).headers.get('etag')!;
    await put(`${api}/scripts/kept.py`, 'a = 2\n', { 'If-Match': etag });
    const { revisions } = (await call('GET', `${api}/scripts/kept.py/revisions`)).body;
    expect(
      revisions.map((entry: { revision: number; action: string }) => [entry.revision, entry.action]),
    ).to.deep.equal([
      [1, 'saved'],
      [2, 'saved'],
    ]);
    expect(revisions[0]).not.to.have.property('text');
    const first = await call('GET', `${api}/scripts/kept.py/revisions/1`);
    expect(first.body).to.include({ name: 'kept.py', text: 'a = 1\n', etag: etag.slice(1, -1) });
    expect((await call('GET', `${api}/scripts/kept.py/revisions/7`)).body.code).to.equal(
      'REVISION_NOT_FOUND',
    );
    const present = (await fetch(`${api}/scripts/kept.py`)).headers.get('etag')!;
    await call('DELETE', `${api}/scripts/kept.py`, undefined, { 'If-Match': present });
    const after = (await call('GET', `${api}/scripts/kept.py/revisions`)).body.revisions;
    expect(after.at(-1)).to.include({ action: 'deleted', etag: null });
  });

  it('lets one of several changes of the same text win', async () => {
    const created = await put(`${api}/scripts/raced.py`, 'a = 0\n', { 'If-None-Match': '*' });
    const seen = { 'If-Match': `"${created.body.etag}"` };
    const changes = [1, 2, 3, 4, 5].map((value) => put(`${api}/scripts/raced.py`, `a = ${value}\n`, seen));
    const states = (await Promise.all(changes)).map(({ status }) => status);
    expect(states.sort()).to.deep.equal([200, 412, 412, 412, 412]);
  });

  it('gives scripts and libraries another name, unless that is taken or they were changed', async () => {
    const { etag } = (await put(`${api}/scripts/old.py`, 'a = 1\n', { 'If-None-Match': '*' })).body;
    await put(`${api}/scripts/other.py`, 'b = 1\n', { 'If-None-Match': '*' });
    const rename = (file: string, name: unknown, tag = etag) =>
      call('POST', `${api}/${file}/rename`, { name }, { 'If-Match': `"${tag}"` });
    expect((await rename('scripts/old.py', 'other.py')).body).to.include({
      status: 409,
      code: 'NAME_TAKEN',
      detail: "There is a script 'other.py' already.",
    });
    expect((await rename('scripts/old.py', 'new.py', '5c1f0a')).body).to.include({
      status: 412,
      code: 'CONFLICT',
      current_etag: etag,
    });
    expect((await rename('scripts/old.py', '../new.py')).body.status).to.equal(400);
    expect((await rename('scripts/old.py', 7)).body.code).to.equal('INVALID_BODY');
    expect((await rename('scripts/none.py', 'new.py')).body.code).to.equal('SCRIPT_NOT_FOUND');
    expect((await call('POST', `${api}/scripts/old.py/rename`, { name: 'new.py' })).status).to.equal(428);
    const renamed = await rename('scripts/old.py', 'new.py');
    expect(renamed.body).to.deep.equal({ name: 'new.py', renamed_from: 'old.py', etag, used_by: [] });
    expect(renamed.headers.get('etag')).to.equal(`"${etag}"`);
    expect(await (await fetch(`${api}/scripts/new.py`)).text()).to.equal('a = 1\n');
    expect((await call('GET', `${api}/scripts/old.py`)).status).to.equal(404);
    const comments = async (name: string) =>
      (await call('GET', `${api}/scripts/${name}/revisions`)).body.revisions.map(
        ({ action, comment }: { action: string; comment: string | null }) => [action, comment],
      );
    expect(await comments('old.py')).to.deep.equal([
      ['saved', null],
      ['deleted', 'renamed to new.py'],
    ]);
    expect(await comments('new.py')).to.deep.equal([['saved', 'renamed from old.py']]);
    const { records } = (await call('GET', `${api}/audit?action=script.rename`)).body;
    const ok = records.find(({ result }: { result: string }) => result === 'ok');
    expect(ok).to.include({ target: 'old.py', before: etag, after: etag, details: 'renamed to new.py' });

    const library = (await put(`${api}/libraries/old.csv`, '1\n', { 'If-None-Match': '*' })).body.etag;
    expect((await rename('libraries/old.csv', 'new.csv', library)).body.name).to.equal('new.csv');
    const { libraries } = (await call('GET', `${api}/libraries`)).body;
    expect(libraries.map(({ name }: { name: string }) => name))
      .to.include('new.csv')
      .and.not.include('old.csv');
  });

  it('does the same with libraries, and reaches the scripts of the cameras', async () => {
    expect((await put(`${api}/libraries/data.csv`, '1,2\n', { 'If-None-Match': '*' })).status).to.equal(201);
    const { libraries } = (await call('GET', `${api}/libraries`)).body;
    const data = libraries.find(({ name }: { name: string }) => name === 'data.csv');
    expect(data).to.include({ size: 4 });
    expect(Date.parse(data.changed)).to.be.a('number').and.not.NaN;
    const camera = await put(`${api}/scripts/cam.py?cluster=cameras`, 'b = 1\n', { 'If-None-Match': '*' });
    expect(camera.status).to.equal(201);
    expect((await call('GET', `${api}/scripts?cluster=cameras`)).body.scripts[0].name).to.equal('cam.py');
    const { scripts } = (await call('GET', `${api}/scripts`)).body;
    expect(scripts.map(({ name }: { name: string }) => name)).not.to.include('cam.py');
  });

  it('captures, lists, hands out and takes backgrounds, of the right shape only', async () => {
    expect((await call('GET', `${api}/backgrounds/still`)).body.backgrounds).to.deep.equal([]);
    const started = await call('POST', `${api}/backgrounds/still/capture`, { images: 2 });
    expect(started.status).to.equal(202);
    const task = await until(async () => {
      const { body } = await call('GET', `${api}/tasks/${started.body.task}`);
      return body.state === 'running' ? null : body;
    });
    expect(task).to.include({ state: 'done', progress: 1, error: null });
    const { backgrounds } = (await call('GET', `${api}/backgrounds/still`)).body;
    const nobody = { configurations: [], instances: [], camera: false };
    const { id } = task.result;
    expect(backgrounds).to.deep.equal([
      { id, time: id.slice('still_'.length), author: null, used_by: nobody },
    ]);
    expect((await call('GET', `${api}/backgrounds`)).body).to.deep.equal({
      cameras: [{ camera: 'still', count: 1, newest: id }],
    });
    const config = { camera_name: 'still', image_background: id };
    await call('PUT', `${api}/configs/pipelines/subtracts`, { config }, { 'If-None-Match': '*' });
    const used = (await call('GET', `${api}/backgrounds/still`)).body.backgrounds[0].used_by;
    expect(used).to.deep.equal({ ...nobody, configurations: ['subtracts'] });
    const figures = (await call('GET', `${api}/backgrounds/still/${id}/figures`)).body;
    expect(figures).to.deep.include({ id, type: 'uint16', shape: [48, 64] });
    expect(figures.mean).to.be.within(figures.minimum, figures.maximum);
    expect((await call('GET', `${api}/backgrounds/still/nothing/figures`)).body.code).to.equal(
      'BACKGROUND_NOT_FOUND',
    );
    const bytes = Buffer.from(
      await (await fetch(`${api}/backgrounds/still/${task.result.id}`)).arrayBuffer(),
    );
    expect((await put(`${api}/backgrounds/still/again`, bytes, {})).status).to.equal(201);
    expect((await put(`${api}/backgrounds/still/again`, bytes, {})).body.code).to.equal('BACKGROUND_EXISTS');
    const small = formatNpy({ type: 'uint16', shape: [2, 3], data: new Uint16Array(6) });
    const refused = await put(`${api}/backgrounds/still/small`, small, {});
    expect([refused.status, refused.body.detail]).to.deep.equal([
      422,
      'The array has the shape (2, 3), the camera needs (48, 64).',
    ]);
    expect((await put(`${api}/backgrounds/still/none`, 'no array', {})).status).to.equal(422);
  });

  it('tells how far a capture is, and ends it when it is cancelled', async () => {
    const started = await call('POST', `${api}/backgrounds/still/capture`, { images: 1000 });
    const underWay = await until(async () => {
      const { body } = await call('GET', `${api}/tasks/${started.body.task}`);
      return body.progress > 0 ? body : null;
    });
    expect(underWay.message).to.equal(`${Math.round(underWay.progress * 1000)} of 1000 images`);
    const cancelled = await call('POST', `${api}/tasks/${started.body.task}/cancel`);
    expect(cancelled.status).to.equal(200);
    const task = await until(async () => {
      const { body } = await call('GET', `${api}/tasks/${started.body.task}`);
      return body.state === 'running' ? null : body;
    });
    expect(task).to.include({ state: 'cancelled', cancellable: false });
    expect((await call('GET', `${api}/tasks/none`)).body.code).to.equal('TASK_NOT_FOUND');
  });
});
