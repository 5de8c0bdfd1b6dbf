import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { samplesOf } from '../docs/samples.js';

const UNITS = join(packageRoot, 'deploy', 'systemd');
const UNIT = 'camserver@.service';
const ROLES = ['camera-manager', 'pipeline-manager', 'camera-worker', 'pipeline-worker'] as const;

/** What `setpriv` asks of the kernel to become another user. */
const OF_SETPRIV = ['setresuid', 'setresgid', 'setgroups', 'capset', 'prctl', 'execve', 'kill'];

function analyse(...parameters: string[]): { text: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync('systemd-analyze', parameters, { encoding: 'utf8' });
  return { text: stdout + stderr, status };
}

/** Words of every line of the unit with this key. */
function valuesOf(key: string): string[] {
  const lines = readFileSync(join(UNITS, UNIT), 'utf8').matchAll(new RegExp(`^${key}=(.*)$`, 'gm'));
  return [...lines].flatMap(([, value]) => value!.split(/\s+/));
}

/** The system calls of a set, those of the sets inside it included. */
function callsOf(set: string): string[] {
  const names = analyse('syscall-filter', set)
    .text.split('\n')
    .map((line) => line.trim());
  const inside = names.filter((name) => name.startsWith('@') && name !== set);
  return [...names, ...inside.flatMap(callsOf)];
}

describe('the unit for systemd', () => {
  let folder: string;
  let unit: string;
  let dropIn: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-units-'));
    unit = join(folder, UNIT);
    dropIn = join(folder, `${UNIT}.d`, 'scripts.conf');
    cpSync(join(UNITS, UNIT), unit);
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The one that docs/security.md shows, for users' functions as another user. */
  function addDropIn(): void {
    const sample = samplesOf('docs/security.md').find(({ language }) => language === 'ini')!;
    mkdirSync(join(dropIn, '..'));
    writeFileSync(dropIn, `${sample.text}\n`);
  }

  const exposure = (): number =>
    Number(
      /Overall exposure level for \S+: ([\d.]+)/.exec(analyse('security', '--offline=true', unit).text)?.[1],
    );

  it('is taken, alone and with the drop-in of docs/security.md', () => {
    for (const prepare of [() => {}, addDropIn]) {
      prepare();
      const { text, status } = analyse('verify', unit);
      expect(text).to.not.match(/camserver@|scripts\.conf/);
      expect(status, text).to.equal(0);
    }
    // a fault in the drop-in would be seen
    appendFileSync(dropIn, 'NoSuchKey=1\n');
    expect(analyse('verify', unit).text).to.contain("Unknown key 'NoSuchKey'");
  });

  it('is well protected, also with the drop-in', () => {
    expect(exposure()).to.be.below(2.5);
    addDropIn();
    const { text } = analyse('security', '--offline=true', unit);
    expect(text).to.match(/✗ CapabilityBoundingSet=~CAP_KILL/);
    expect(exposure()).to.be.below(2.5);
  });

  it('lets the server do what it needs to become another user', () => {
    expect(valuesOf('SystemCallFilter')).to.deep.equal(['@system-service']);
    expect(callsOf('@system-service')).to.include.members(OF_SETPRIV);
  });

  for (const role of ROLES) {
    const environment = readFileSync(join(UNITS, `${role}.env`), 'utf8');
    const options = /^CAMSERVER_OPTIONS=(.*)$/m.exec(environment)![1]!.split(/\s+/);

    it(`gives ${role} options that it knows`, () => {
      const program = join(packageRoot, 'bin', 'camserver.js');
      const help = spawnSync(process.execPath, [program, role, '--help'], { encoding: 'utf8' }).stdout;
      const known = new Set(help.match(/--[\w-]+/g));
      const used = options.filter((word) => word.startsWith('--'));
      expect(used).to.not.be.empty;
      expect(used.filter((option) => !known.has(option))).to.deep.equal([]);
    });

    it(`makes the folders that ${role} needs`, () => {
      const made = valuesOf('StateDirectory').map((name) => `/var/lib/${name}`);
      const named = options.filter((word) => word.startsWith('/'));
      expect(named).to.not.be.empty;
      // the state is made by the server
      expect(made).to.include.members(named.filter((path) => !path.includes('/state/')));
    });
  }
});
