import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  FileConfigurationStore,
  MemoryConfigurationStore,
  readAllConfigurations,
} from '../../src/storage/index.js';
import { configurationStoreConformance } from './conformance.js';
import { failure, removeTemporaryFolders, temporaryFolder } from './support.js';

describe('storage/MemoryConfigurationStore', () => {
  configurationStoreConformance(async () => ({
    store: new MemoryConfigurationStore(),
    forcesName: false,
    notFoundText: (name) => `Unable to load config '${name}'`,
  }));
});

describe('storage/FileConfigurationStore', () => {
  afterEach(removeTemporaryFolders);

  configurationStoreConformance(async () => {
    const folder = await temporaryFolder();
    return {
      store: new FileConfigurationStore(`${folder}/`),
      forcesName: true,
      notFoundText: (name) =>
        `Unable to load config '${name}'. Config file '${folder}/${name}.json' does not exist.`,
    };
  });

  it('writes the layout of existing folders', async () => {
    const folder = await temporaryFolder();
    await new FileConfigurationStore(folder).put('CAM', { source: 'é', roi: [1, 2], empty: {} });
    expect(await readFile(join(folder, 'CAM.json'), 'utf8')).to.equal(
      '{\n "source": "\\u00e9",\n "roi": [\n  1,\n  2\n ],\n "empty": {},\n "name": "CAM"\n}',
    );
    expect((await readdir(folder)).sort()).to.deep.equal(['.revisions', 'CAM.json']);
  });

  it('sees edits by hand at once, and notes them before the next save', async () => {
    const folder = await temporaryFolder();
    const store = new FileConfigurationStore(folder);
    await store.put('CAM', { a: 1 });
    await writeFile(join(folder, 'CAM.json'), '{"a": 7}');
    expect(await store.get('CAM')).to.deep.equal({ a: 7 });
    await store.put('CAM', { a: 8 });
    const revisions = await store.revisions('CAM');
    expect(revisions.map(({ action }) => action)).to.deep.equal(['saved', 'found', 'saved']);
    expect(revisions[1]!.text).to.equal('{"a": 7}');
  });

  it('lists only configuration files', async () => {
    const folder = await temporaryFolder();
    for (const name of ['servers.json', 'permanent_instances.json', 'README.md', 'CAM.json.bak', 'A.json']) {
      await writeFile(join(folder, name), '{}');
    }
    await mkdir(join(folder, 'folder.json'));
    expect(await new FileConfigurationStore(folder).names()).to.deep.equal(['A']);
  });

  it('says what is wrong with a damaged file, and still gives its text', async () => {
    const folder = await temporaryFolder();
    const store = new FileConfigurationStore(folder);
    await writeFile(join(folder, 'CAM.json'), '{a');
    expect((await failure(store.get('CAM'))).message).to.equal(
      `Config file '${folder}/CAM.json' is not valid JSON: ` +
        'Expecting property name enclosed in double quotes: line 1 column 2 (char 1).',
    );
    expect((await store.getText('CAM')).text).to.equal('{a');
    await writeFile(join(folder, 'LIST.json'), '[]');
    expect((await failure(store.get('LIST'))).message).to.contain('does not hold a JSON object');
  });

  it('reads all that can be read', async () => {
    const folder = await temporaryFolder();
    const store = new FileConfigurationStore(folder);
    await store.put('GOOD', { a: 1 });
    await writeFile(join(folder, 'BAD.json'), '{');
    const unreadable: string[] = [];
    const all = await readAllConfigurations(store, (name) => unreadable.push(name));
    expect([...all.keys()]).to.deep.equal(['GOOD']);
    expect(unreadable).to.deep.equal(['BAD']);
  });

  it('writes through a symbolic link instead of replacing it', async () => {
    const folder = await temporaryFolder();
    const other = await temporaryFolder();
    await writeFile(join(other, 'real.json'), '{}');
    await symlink(join(other, 'real.json'), join(folder, 'CAM.json'));
    await new FileConfigurationStore(folder).put('CAM', { a: 1 });
    expect(JSON.parse(await readFile(join(other, 'real.json'), 'utf8'))).to.deep.equal({ a: 1, name: 'CAM' });
  });

  it('saves even when the history cannot be written, and reports that', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, '.revisions'), 'in the way');
    const lost: string[] = [];
    const store = new FileConfigurationStore(folder, (name) => lost.push(name));
    await store.put('CAM', { a: 1 });
    expect((await store.get('CAM')).a).to.equal(1);
    expect(lost).to.deep.equal(['CAM']);
  });

  it('survives a history cut short by a crash', async () => {
    const folder = await temporaryFolder();
    const store = new FileConfigurationStore(folder);
    await store.put('CAM', { a: 1 });
    await writeFile(join(folder, '.revisions', 'CAM.jsonl'), '{"revision": 2, "ti', { flag: 'a' });
    await store.put('CAM', { a: 2 });
    expect((await store.revisions('CAM')).map(({ revision }) => revision)).to.deep.equal([1, 2]);
  });

  it('names the file that cannot be written', async () => {
    const folder = await temporaryFolder();
    const store = new FileConfigurationStore(join(folder, 'missing'));
    const error = await failure(store.put('CAM', {}));
    expect(error.message).to.match(/^Cannot write '.*\/missing\/CAM\.json': ENOENT/);
  });
});
