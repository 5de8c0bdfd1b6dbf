import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { freePortRange } from '../support/ports.js';

describe('camserver camera-server and camera-worker', () => {
  let folder: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  });

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  function run(...args: string[]): ChildProcess {
    const program = join(packageRoot, 'bin', 'camserver.js');
    const child = spawn(process.execPath, [program, ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    return child;
  }

  async function errorText(child: ChildProcess, expected?: RegExp): Promise<string> {
    let text = '';
    for await (const chunk of child.stderr!) {
      text += chunk;
      if (expected?.test(text)) break;
    }
    return text;
  }

  it('ends with status 255 when the folder of the configurations is missing', async () => {
    const child = run('camera_server', '-p', '0', '-b', 'nowhere');
    const ended = once(child, 'exit');
    expect(await errorText(child)).to.contain("The configuration folder 'nowhere' does not exist.");
    expect((await ended)[0]).to.equal(255);
  });

  it('understands the options of old unit files, serves, and ends with status 0 at SIGTERM', async () => {
    mkdirSync(join(folder, 'cameras'));
    const config = { source: '', source_type: 'simulation', size_x: 32, size_y: 24 };
    writeFileSync(join(folder, 'cameras', 'CAM.json'), JSON.stringify(config));
    const { from, to } = await freePortRange(5);
    const child = run(
      ...[
        'camera-server',
        '-p',
        '0',
        '-i',
        '127.0.0.1',
        '-b',
        'cameras',
        '-u',
        'scripts',
        '-g',
        'backgrounds',
      ],
      ...['-n', 'some-host', '-m', '4', '-w', 'cherrypy', '-a', '{}', '--log_level', 'info'],
      ...['-r', `${from}:${to}`],
    );
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await errorText(child, /Camera server on \S+\./))![0];
    expect(existsSync(join(folder, 'scripts', 'lib'))).to.equal(true);
    const answer = (await (await fetch(`${url}/api/v1/cam/CAM`)).json()) as { stream: string };
    expect(answer.stream).to.equal(`tcp://some-host:${from}`);
    const base = (await (await fetch(`${url}/base`)).json()) as { base: string };
    expect(base.base).to.equal('/api/v1/cam');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).to.deep.equal([0, null]);
    expect(await fetch(`${url}/api/v1/cam/version`).catch(() => 'gone')).to.equal('gone');
  });

  it('runs as a worker without stored configurations', async () => {
    const child = run(
      'camera-worker',
      '-p',
      '0',
      '-i',
      '127.0.0.1',
      '-f',
      'feeds',
      '-x',
      'false',
      '-q',
      '7',
      '-e',
      '1',
    );
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await errorText(child, /Camera worker on \S+\./))![0];
    const answer = (await (await fetch(`${url}/api/v1/cam`)).json()) as { cameras: string[] };
    expect(answer.cameras).to.deep.equal([]);
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    expect((await ended)[0]).to.equal(0);
  });

  it('refuses a mode that does not exist', async () => {
    const child = run('camera-server', '--mode', '5');
    expect(await errorText(child)).to.contain('A mode is a number from 0 to 4.');
  });
});
