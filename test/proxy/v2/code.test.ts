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
    expect(scripts).to.deep.equal([
      { name: 'mine.py', size: 6, etag: created.body.etag, used_by: ['user_sp'] },
    ]);
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

  it('does the same with libraries, and reaches the scripts of the cameras', async () => {
    expect((await put(`${api}/libraries/data.csv`, '1,2\n', { 'If-None-Match': '*' })).status).to.equal(201);
    expect((await call('GET', `${api}/libraries`)).body.libraries[0]).to.include({
      name: 'data.csv',
      size: 4,
    });
    const camera = await put(`${api}/scripts/cam.py?cluster=cameras`, 'b = 1\n', { 'If-None-Match': '*' });
    expect(camera.status).to.equal(201);
    expect((await call('GET', `${api}/scripts?cluster=cameras`)).body.scripts[0].name).to.equal('cam.py');
    expect((await call('GET', `${api}/scripts`)).body.scripts).to.deep.equal([]);
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
    expect(backgrounds.map(({ id }: { id: string }) => id)).to.deep.equal([task.result.id]);
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
