import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';

describe('common/addon', () => {
  let folder = '';

  /** The package as it is where no compiler is: everything but `build`. */
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-no-addon-'));
    for (const part of ['package.json', 'dist/src/common', 'dist/src/processing', 'dist/src/bsread']) {
      cpSync(join(packageRoot, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));
  });

  after(() => rmSync(folder, { recursive: true }));

  function run(environment: NodeJS.ProcessEnv): { stdout: string; stderr: string } {
    const part = (name: string) => JSON.stringify(pathToFileURL(join(folder, 'dist', 'src', name)).href);
    const code = `
      const { kernels } = await import(${part('processing/native.js')});
      const { codec } = await import(${part('bsread/native.js')});
      const bytes = new Uint8Array(codec.bitshuffleBound(8, 2));
      console.log(kernels.name, codec.bitshuffleCompress(new Uint8Array(16), 2, bytes) > 0);`;
    const { CAMSERVER_NO_ADDON: _, ...inherited } = process.env;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
      encoding: 'utf8',
      env: { ...inherited, ...environment },
    });
    return { stdout, stderr };
  }

  it('serves with the TypeScript code and says so once where the addon is missing', () => {
    const { stdout, stderr } = run({});
    expect(stdout).to.equal('reference true\n');
    expect(stderr.match(/CamServerWarning: The native addon cannot be loaded/g)).to.have.length(1);
  });

  it('says nothing when it was told not to load it', () => {
    const { stdout, stderr } = run({ CAMSERVER_NO_ADDON: '1' });
    expect(stdout).to.equal('reference true\n');
    expect(stderr).to.equal('');
  });
});
