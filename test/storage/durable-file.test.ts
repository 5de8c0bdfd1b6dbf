import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { removeFileDurably, writeFileDurably } from '../../src/storage/index.js';
import { failure, removeTemporaryFolders, temporaryFolder } from './support.js';

describe('storage/durable files', () => {
  afterEach(removeTemporaryFolders);

  it('keeps the access rights of a replaced file', async () => {
    const path = join(await temporaryFolder(), 'file');
    await writeFile(path, 'old');
    await chmod(path, 0o660);
    await writeFileDurably(path, 'new');
    expect(await readFile(path, 'utf8')).to.equal('new');
    expect((await stat(path)).mode & 0o777).to.equal(0o660);
  });

  it('leaves no temporary file after a failure', async () => {
    const folder = await temporaryFolder();
    const error = await failure(writeFileDurably(folder, 'a folder cannot be replaced by a file'));
    expect(error.message).to.contain(`Cannot write '${folder}'`);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('tells whether there was something to remove', async () => {
    const path = join(await temporaryFolder(), 'file');
    await writeFile(path, '');
    expect(await removeFileDurably(path)).to.equal(true);
    expect(await removeFileDurably(path)).to.equal(false);
  });

  it('leaves a complete file when the writer is killed', async () => {
    const path = join(await temporaryFolder(), 'file');
    const module = join(packageRoot, 'dist', 'src', 'storage', 'durable-file.js');
    const program = `
      import { writeFileDurably } from ${JSON.stringify(module)};
      for (let turn = 0; ; turn += 1) {
        await writeFileDurably(${JSON.stringify(path)}, String(turn % 10).repeat(200_000));
        if (turn === 3) console.log('writing');
      }`;
    for (let round = 0; round < 3; round += 1) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(await readFile(path, 'utf8')).to.match(/^(\d)\1{199999}$/);
    }
  });
});
