import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CamClient } from '../../src/client/index.js';
import { packageRoot, packageVersion } from '../../src/common/package.js';
import { freePortRange } from '../support/ports.js';

/** What a site installs: the packed package, without the checkout. */
describe('npm package', () => {
  let folder: string;
  let server: ChildProcess | null = null;

  function run(command: string, options: readonly string[], cwd = folder): string {
    const { status, stdout, stderr } = spawnSync(command, options, { cwd, encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    return stdout.trim();
  }

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-package-'));
    const packed = run(
      'npm',
      ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder],
      packageRoot,
    );
    writeFileSync(join(folder, 'package.json'), '{"name": "site", "private": true}');
    run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', join(folder, packed)]);
  });

  after(async () => {
    if (server !== null && server.exitCode === null) {
      const ended = new Promise((resolve) => server!.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const camserver = (): string => join(folder, 'node_modules', '.bin', 'camserver');

  it('brings the command, the native code and the console', async () => {
    expect(run(camserver(), ['--version'])).to.contain(packageVersion);
    const addon = join(folder, 'node_modules', 'camserver', 'build', 'Release', 'camserver.node');
    expect(run('node', ['-p', `typeof require('${addon}').pass`])).to.equal('function');
    const { from: port } = await freePortRange(1);
    for (const name of ['cameras', 'scripts', 'backgrounds']) mkdirSync(join(folder, name));
    writeFileSync(
      join(folder, 'cameras', 'beam.json'),
      '{"source": "simulation", "source_type": "simulation", "size_x": 64, "size_y": 48}',
    );
    const folders = ['-b', 'cameras', '-u', 'scripts', '-g', 'backgrounds'];
    const common = ['-p', String(port), '-i', '127.0.0.1', '-n', '127.0.0.1', '--log_level', 'ERROR'];
    server = spawn(camserver(), ['camera-server', ...common, ...folders], { cwd: folder, stdio: 'inherit' });
    const client = new CamClient(`http://127.0.0.1:${port}`);
    while ((await client.version().catch(() => null)) === null) {
      expect(server.exitCode).to.equal(null);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect((await client.image('beam')).shape).to.deep.equal([48, 64]);
    const console = await fetch(`http://127.0.0.1:${port}/ui/`);
    expect(await console.text()).to.contain('<script type="module"');
  });

  it('lets programs use its libraries', () => {
    const program = `
      import { Sender } from 'camserver/bsread';
      import { CamClient } from 'camserver/client';
      import { processImage } from 'camserver/processing';
      console.log(typeof Sender, typeof CamClient, typeof processImage);`;
    expect(run('node', ['--input-type=module', '-e', program])).to.equal('function function function');
  });
});
