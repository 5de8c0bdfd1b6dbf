import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { findFunctionFile } from '../../src/user-code/files.js';
import { confined } from '../../src/user-code/host/confinement.js';
import { openUserFunction } from '../../src/user-code/open.js';
import type { UserFunction } from '../../src/user-code/types.js';
import { rejection, silentLog } from '../instances/support.js';
import { PYTHON } from './support.js';

const SCRIPT = `
import os, resource
def process(data, pulse_id, timestamp, parameters):
    status = dict(line.split(':', 1) for line in open('/proc/self/status').read().splitlines() if ':' in line)
    return {
        'user': os.getuid(),
        'groups': len(os.getgroups()),
        'no_new_privileges': status['NoNewPrivs'].strip(),
        'capabilities': status['CapEff'].strip(),
        'core': resource.getrlimit(resource.RLIMIT_CORE)[0],
        'secrets': ' '.join(name for name in os.environ if name in ('CAMSERVER_TOKEN', 'CAMSERVER_SECURITY')),
        'image': data.get('image'),
    }
`;

describe('privileges of users’ functions', () => {
  let folder: string;
  const kept = { ...process.env };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'camserver-privileges-'));
    await mkdir(join(folder, 'lib'));
    await chmod(folder, 0o755);
    await writeFile(join(folder, 'script.py'), SCRIPT);
  });
  afterEach(() => {
    for (const name of ['CAMSERVER_SCRIPT_USER', 'CAMSERVER_TOKEN']) {
      if (kept[name] === undefined) delete process.env[name];
      else process.env[name] = kept[name];
    }
  });
  after(() => rm(folder, { recursive: true }));

  const open = async (): Promise<UserFunction> =>
    openUserFunction({
      file: (await findFunctionFile('script', folder))!,
      ...{
        kind: 'stream',
        scriptFolder: folder,
        parallel: 1,
        parameters: {},
        python: PYTHON,
        log: silentLog,
      },
    });

  async function report(): Promise<Map<string, unknown>> {
    const opened = await open();
    try {
      const image = { type: 'uint16', data: new Uint16Array(100_000).fill(7), shape: [100_000] } as const;
      const values = new Map([['image', { ...image, shape: [...image.shape] }]]);
      const result = await opened.process({
        pulseId: 1n,
        timestamp: { seconds: 1n, nanoseconds: 2n },
        values,
      });
      expect(result?.get('image')).to.deep.equal({ ...image, shape: [100_000] });
      return result as Map<string, unknown>;
    } finally {
      await opened.close(0);
    }
  }

  it('can gain none, dump no core, and do not know the token of the server', async () => {
    process.env.CAMSERVER_TOKEN = 'cs_secret';
    const result = await report();
    expect(result.get('no_new_privileges')).to.equal('1');
    expect(Number(result.get('core'))).to.equal(0);
    expect(result.get('secrets')).to.equal('');
    expect(Number(result.get('user'))).to.equal(process.getuid!());
  });

  it('are those of another user, where the server may choose one', async function () {
    // only root may become somebody else, who must be able to read the tree
    const test = ['--reuid=nobody', '--regid=nogroup', '--clear-groups', '--'];
    const isReadable = ['test', '-r', join(packageRoot, 'python', 'camserver_host', '__init__.py')];
    if (process.getuid!() !== 0 || spawnSync('setpriv', [...test, ...isReadable]).status !== 0) this.skip();
    process.env.CAMSERVER_SCRIPT_USER = 'nobody:nogroup';
    const result = await report();
    expect(Number(result.get('user'))).to.equal(65_534);
    expect(Number(result.get('groups'))).to.equal(0);
    expect(result.get('capabilities')).to.equal('0000000000000000');
  });

  it('are refused with the reason when there is no such user', async () => {
    process.env.CAMSERVER_SCRIPT_USER = 'a user';
    expect((await rejection(open())).message).to.contain(
      "CAMSERVER_SCRIPT_USER is 'a user'; it must be user or user:group",
    );
    process.env.CAMSERVER_SCRIPT_USER = 'no-such-user-here';
    const error = await rejection(open());
    expect(error.message).to.contain('ended with code');
  });

  it('are added in front of the command', () => {
    const { parameters, environment } = confined('python3', ['-u'], {
      CAMSERVER_SCRIPT_USER: 'scripts',
      CAMSERVER_SERVICE_TOKEN_FILE: '/etc/token',
      HOME: '/home',
    });
    expect(parameters).to.include.members(['--no-new-privs', '--reuid=scripts', '--regid=scripts']);
    expect(parameters.slice(-2)).to.deep.equal(['python3', '-u']);
    expect(environment).to.deep.equal({ HOME: '/home' });
  });
});
