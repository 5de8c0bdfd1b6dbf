import { appendFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { runInRequest } from '../../src/common/request-context.js';
import { arrayValue } from '../../src/common/values.js';
import { BackgroundStore } from '../../src/storage/index.js';
import { failure, removeTemporaryFolders, temporaryFolder } from './support.js';

const image = arrayValue(Uint16Array.of(1, 2, 3, 4, 5, 65535), [2, 3]);

describe('storage/BackgroundStore', () => {
  afterEach(removeTemporaryFolders);

  it('returns stored images with type and shape', async () => {
    const store = new BackgroundStore(join(await temporaryFolder(), 'made', 'when', 'needed'));
    const signed = arrayValue(Float64Array.of(-1.5, Number.NaN), [2, 1]);
    await store.store('any_name', image);
    await store.store('signed', signed);
    expect(await store.load('any_name')).to.deep.equal(image);
    expect(await store.load('signed')).to.deep.equal(signed);
    expect(await store.has('any_name')).to.equal(true);
    expect(await readdir(store.folder)).to.have.members(['any_name.npy', 'signed.npy']);
  });

  it('knows who stored what, also after a write that was cut short', async () => {
    const store = new BackgroundStore(await temporaryFolder());
    const asked = { id: 'request', actor: 'otto', notes: [] };
    const ottos = await runInRequest(asked, () => store.storeCollected('CAM', image));
    await appendFile(join(store.folder, '.authors.jsonl'), '{"id": "CAM_2020\n');
    const nobodys = await store.storeCollected('CAM', image);
    const adas = await runInRequest({ ...asked, actor: 'ada' }, () => store.storeCollected('CAM', image));
    expect([...(await store.authors())]).to.deep.equal([
      [ottos, 'otto'],
      [adas, 'ada'],
    ]);
    expect(await store.list('CAM')).to.deep.equal([ottos, nobodys, adas]);
    expect([...(await store.cameras())]).to.deep.equal([['CAM', { count: 3, newest: adas }]]);
  });

  it('names what is missing, and leaves its folder for no name', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'outside.npy'), '');
    const store = new BackgroundStore(join(folder, 'inside'));
    for (const id of ['nothing', '../outside', '']) {
      expect((await failure(store.load(id))).message).to.equal(
        `Requested background '${id}' does not exist.`,
      );
      expect(await store.has(id)).to.equal(false);
    }
    expect((await failure(store.store('../outside', image))).message).to.contain('Invalid background name');
  });

  it('gives ids of camera and time, all different and in order', async () => {
    const store = new BackgroundStore(await temporaryFolder());
    const ids = [];
    for (let turn = 0; turn < 5; turn += 1) ids.push(await store.storeCollected('CAM', image));
    for (const id of ids) expect(id).to.match(/^CAM_\d{8}_\d{6}_\d{6}$/);
    expect(await store.list('CAM')).to.deep.equal(ids);
    expect(new Set(ids).size).to.equal(5);
    expect(await store.latest('CAM')).to.equal(ids[4]);
  });

  it('never takes the background of another camera', async () => {
    const store = new BackgroundStore(await temporaryFolder());
    const id = await store.storeCollected('CAM', image);
    await store.storeCollected('CAM_2', image);
    await store.store('CAM_zzz', image);
    expect(await store.latest('CAM')).to.equal(id);
    const error = await failure(store.latest('CA'));
    expect(error.message).to.equal("No background matches for the specified prefix 'CA'.");
  });

  it('removes old ones, except the latest of each camera and those in use', async () => {
    const store = new BackgroundStore(await temporaryFolder());
    const ids = ['CAM_20200101_000000_000000', 'CAM_20200102_000000_000000', 'CAM_20200103_000000_000000'];
    for (const id of [...ids, 'given_name']) {
      await store.store(id, image);
      await utimes(store.path(id), 0, 0);
    }
    const recent = await store.storeCollected('B', image);
    await store.storeCollected('B', image);
    expect(await store.removeOlderThan(365, new Set([ids[1]!]))).to.deep.equal([ids[0]]);
    expect(await store.list('CAM')).to.deep.equal(ids.slice(1));
    expect(await store.has('given_name')).to.equal(true);
    expect(await store.has(recent)).to.equal(true);
  });
});
