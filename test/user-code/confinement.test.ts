import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { confined } from '../../src/user-code/host/confinement.js';
import type { UserFunction } from '../../src/user-code/types.js';
import { rejection } from '../instances/support.js';
import { openReporting, privilegesOf, REPORTING, SCRIPT } from './privileges.js';

/** Capabilities that `docs/security.md` lets systemd give to a server that is not root. */
const DROP_IN = ['setuid', 'setgid', 'kill'];

describe('privileges of users’ functions', () => {
  let folder: string;
  const kept = { ...process.env };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'camserver-privileges-'));
    await mkdir(join(folder, 'lib'));
    await chmod(folder, 0o755);
    await writeFile(join(folder, `${REPORTING}.py`), SCRIPT);
  });
  afterEach(() => {
    for (const name of ['CAMSERVER_SCRIPT_USER', 'CAMSERVER_TOKEN']) {
      if (kept[name] === undefined) delete process.env[name];
      else process.env[name] = kept[name];
    }
  });
  after(() => rm(folder, { recursive: true }));

  const open = (): Promise<UserFunction> => openReporting(folder);

  const report = (): Promise<Map<string, unknown>> => privilegesOf(folder);

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

  it('are those of another user under a server that is not root but has what the drop-in for systemd gives', function () {
    const program = fileURLToPath(new URL('./privileges.js', import.meta.url));
    const rights = (sign: string): string => DROP_IN.map((name) => `${sign}${name}`).join(',');
    const server = [
      ...['--reuid=daemon', '--regid=daemon', '--clear-groups', '--no-new-privs'],
      ...[`--inh-caps=${rights('+')}`, `--ambient-caps=${rights('+')}`, `--bounding-set=-all,${rights('+')}`],
    ];
    const isReadable = ['test', '-r', program];
    if (process.getuid!() !== 0 || spawnSync('setpriv', [...server, '--', ...isReadable]).status !== 0)
      this.skip();
    const run = spawnSync('setpriv', [...server, '--', process.execPath, program, folder], {
      encoding: 'utf8',
      env: { ...process.env, CAMSERVER_SCRIPT_USER: 'nobody:nogroup', HOME: folder },
    });
    expect(run.status, run.stderr).to.equal(0);
    const { user, groups, capabilities } = JSON.parse(run.stdout) as Record<string, string>;
    expect({ user, groups, capabilities }).to.deep.equal({
      user: '65534',
      groups: '0',
      capabilities: '0000000000000000',
    });
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
