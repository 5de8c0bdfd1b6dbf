import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { LibraryStore, ScriptStore } from '../../src/storage/index.js';
import { failure, removeTemporaryFolders, temporaryFolder } from './support.js';

async function scripts(...files: string[]): Promise<ScriptStore> {
  const folder = await temporaryFolder();
  for (const file of files) await writeFile(join(folder, file), file);
  return new ScriptStore(folder);
}

describe('storage/ScriptStore', () => {
  afterEach(removeTemporaryFolders);

  it('lists scripts in source form', async () => {
    const store = await scripts('b.py', 'a.c', 'd.so', 'e.txt', 'f.mjs', '.hidden.py');
    await mkdir(join(store.folder, 'folder.py'));
    expect(await store.names()).to.deep.equal(['a.c', 'b.py', 'f.mjs']);
  });

  it('finds names without extension: C source, compiled, Python, JavaScript', async () => {
    const cases: [files: string[], found: string | null][] = [
      [['f.py', 'f.so', 'f.c'], 'f.c'],
      [['f.py', 'f.cpython-39.so'], 'f.cpython-39.so'],
      [['f.py', 'f.js', 'foo.so'], 'f.py'],
      [['f.ts', 'f.js', 'f.mjs'], 'f.mjs'],
      [['foo.py'], null],
    ];
    for (const [files, found] of cases) expect(await (await scripts(...files)).resolve('f')).to.equal(found);
  });

  it('takes names with extension as they are', async () => {
    const store = await scripts('f.c', 'f.py');
    expect(await store.resolve('f.py')).to.equal('f.py');
    expect(await store.resolve('f.so')).to.equal(null);
    expect(await store.path('f.py')).to.equal(join(store.folder, 'f.py'));
  });

  it('stores, reads and deletes bytes', async () => {
    const store = await scripts();
    const content = Buffer.from([0xff, 0, 1]);
    await store.store('binary.so', content);
    expect(await store.read('binary')).to.deep.equal({ name: 'binary.so', content });
    await store.delete('binary.so');
    expect((await failure(store.read('binary'))).message).to.equal(
      "Requested script 'binary' does not exist.",
    );
    expect((await failure(store.delete('binary.so'))).message).to.equal(
      `[Errno 2] No such file or directory: '${join(store.folder, 'binary.so')}'`,
    );
  });

  it('never leaves its folder', async () => {
    const store = await scripts();
    for (const name of ['../x.py', '/etc/passwd', '..', '']) {
      expect(await store.resolve(name)).to.equal(null);
      expect((await failure(store.store(name, ''))).message).to.contain('Invalid script name');
      expect((await failure(store.delete(name))).message).to.contain('Invalid script name');
    }
  });
});

describe('storage/LibraryStore', () => {
  afterEach(removeTemporaryFolders);

  it('keeps files of any kind in the folder lib, and lists those with a dot', async () => {
    const folder = await temporaryFolder();
    const store = new LibraryStore(folder);
    expect(await store.names()).to.deep.equal([]);
    await store.store('helper.egg', 'egg');
    await store.store('README', 'text');
    expect(await store.names()).to.deep.equal(['helper.egg']);
    expect((await store.read('README')).content.toString()).to.equal('text');
    expect(await store.path('helper.egg')).to.equal(join(folder, 'lib', 'helper.egg'));
    await store.delete('helper.egg');
    expect((await failure(store.read('helper.egg'))).message).to.equal(
      "Requested lib 'helper.egg' does not exist.",
    );
    expect((await failure(store.read('../x'))).message).to.equal("Requested lib '../x' does not exist.");
    expect((await failure(store.delete('helper.egg'))).message).to.contain(
      '[Errno 2] No such file or directory',
    );
  });
});
