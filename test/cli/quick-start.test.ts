import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { type Cluster, startCluster } from './started-cluster.js';

/** Word by word what a page tells a new user to type. */
const commandsOf = (page: string, language: string): string[] =>
  [...readFileSync(join(packageRoot, 'docs', page), 'utf8').matchAll(/```(\w+)\n(.*?)```/gs)]
    .filter(([, name]) => name === language)
    .map(([, , commands]) => commands!);

/** Answers of servers that say what was wrong; that an instance has no exit code yet is what the page says. */
const errorsIn = (shown: string): string[] =>
  (shown.match(/\{"state": "error"[^}]*\}/g) ?? []).filter((answer) => !answer.includes('still running'));

describe('what a new user types', () => {
  let folder: string;
  let cluster: Cluster;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-quick-'));
    mkdirSync(join(folder, 'checkout'));
    for (const name of ['bin', 'node_modules']) {
      symlinkSync(join(packageRoot, name), join(folder, 'checkout', name));
    }
    cluster = await startCluster(join(folder, 'data'));
  });

  after(async () => {
    cluster.process.kill('SIGTERM');
    await cluster.ended;
    rmSync(folder, { recursive: true, force: true });
  });

  /** Types the commands into bash as they stand on the page, on the ports of this cluster; gives what was shown. */
  function type(commands: string): Promise<string> {
    const onPorts = commands
      .replaceAll('http://localhost:8889', cluster.pipeline.address)
      .replaceAll('http://localhost:8888', cluster.camera.address);
    const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', onPorts], {
      cwd: join(folder, 'checkout'),
      // Debian's Python comes first, as on a user's machine
      env: { ...process.env, CAMSERVER_URL: cluster.pipeline.address, PATH: `/usr/bin:${process.env.PATH}` },
    });
    let shown = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (shown += text));
    return new Promise((resolve, reject) => {
      child.on('close', (code) =>
        code === 0 ? resolve(shown) : reject(new Error(`ended with ${code}: ${onPorts}\n${shown}`)),
      );
    });
  }

  it('leads from docs/quick-start.md to a picture, a file and a running Python script', async () => {
    const [look, record, read, script, tidy, ...others] = commandsOf('quick-start.md', 'bash');
    expect(others).to.deep.equal([]);
    expect(await type(look!)).to.contain('x_fit_mean');
    const picture = readFileSync(join(folder, 'checkout', 'beam.png'));
    expect(picture.subarray(1, 4).toString()).to.equal('PNG');
    await type(record!);
    expect(await type(read!)).to.match(/^\[(\s*-?\d+\.?\d*){5}\s*\]/);
    expect(await type(script!)).to.match(/^contrast +float64/m);
    await type(tidy!);
    expect(statSync(join(folder, 'checkout', 'beam.h5'), { throwIfNoEntry: false })).to.equal(undefined);
  });

  it('works from docs/user-functions.md too', async () => {
    const [start, change] = commandsOf('user-functions.md', 'sh');
    // a watch without end is stopped here after some lines
    const shown = await type(start!.replace(/watch mine.*/, 'watch mine -n 2') + change!);
    await cluster.pipeline.deleteInstance('mine');
    expect(shown).to.contain('x_fit_mean');
    expect(shown.match(/"state": ?"ok"/g)).to.have.length(4);
  });

  it('works from docs/operate.md: what there is, start, look, change, backgrounds, the pool', async () => {
    const blocks = commandsOf('operate.md', 'bash');
    const base = blocks[0]!;
    // what has no end gets one
    const short = (commands: string): string =>
      commands.replace('watch simulation_sp ', 'watch simulation_sp -n 2 ').replace('-n 100', '-n 5');
    for (const block of blocks.slice(1, 7)) {
      expect(errorsIn(await type(base + short(block))), block).to.deep.equal([]);
    }
    const [capture, use] = [blocks[7]!.split('curl -o')[0]!, `curl -o${blocks[7]!.split('curl -o')[1]}`];
    const captured = await type(base + capture);
    const id = /"background_id": "([^"]+)"/.exec(captured)![1]!;
    expect(errorsIn(captured)).to.deep.equal([]);
    expect(errorsIn(await type(base + use.replaceAll('<id>', id)))).to.deep.equal([]);
    const pool = blocks.find((block) => block.includes('PROXY='))!.split('curl -X DELETE')[0]!;
    expect(errorsIn(await type(pool))).to.deep.equal([]);
  });

  it('works from the command line as docs/operate.md has it', async () => {
    const block = commandsOf('operate.md', 'bash').find((commands) =>
      commands.startsWith('camserver status'),
    )!;
    // without what has no end, other hosts, and files of the user
    const lines = block.split('\n').filter((line) => !/ -f |--worker|config put/.test(line));
    const shown = await type(`camserver() { node bin/camserver.js "$@"; }\n${lines.join('\n')}`);
    expect(shown).to.contain('PIPELINES').and.contain("'my_test' is stopped.").and.contain('less noise');
  });
});
