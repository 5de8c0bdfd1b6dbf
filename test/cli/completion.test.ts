import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';

/** The commands as the program lists them. */
const program = join(packageRoot, 'bin', 'camserver.js');
const camserver = (...options: string[]) =>
  spawnSync(process.execPath, [program, ...options], { encoding: 'utf8' });

/** Types into an interactive zsh, presses Tab, and waits until it shows the completed word. */
const TYPIST = String.raw`
zmodload zsh/zpty
zpty -b shell zsh -f -i
wait_for() {
  local part all=''
  until [[ $all == *$1* ]]; do
    zpty -r shell part && all+=$part || sleep 0.05
    if [[ $all == *(unrecognized|error|abort)* ]]; then print -r -- "$all"; exit 1; fi
  done
}
press_tab() { zpty -w -n shell $'\x15'"$1"$'\t'; wait_for "$2" }
zpty -w shell "source $1; print is''ready"
wait_for isready
press_tab 'camserver pipeline-m' 'camserver pipeline-manager '
press_tab 'camserver config h' 'camserver config history '
press_tab 'camserver config get --e' 'camserver config get --expanded '
press_tab 'camserver watch simulation_sp --j' 'camserver watch simulation_sp --json '
zpty -d shell
`;

describe('camserver completion', () => {
  /** What bash offers after these words, the last of which is being typed. */
  function offered(...words: string[]): string[] {
    const { stdout, status } = camserver('completion', 'bash');
    expect(status).to.equal(0);
    const line = words.map((word) => `'${word}'`).join(' ');
    const ask = `COMP_WORDS=(camserver ${line}); COMP_CWORD=${words.length}; _camserver_completion; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const result = spawnSync('bash', ['--norc', '-c', `${stdout}\n${ask}`], { encoding: 'utf8' });
    expect([result.status, result.stderr]).to.deep.equal([0, '']);
    return result.stdout.split('\n').filter((word) => word !== '');
  }

  it('offers commands, commands of commands, and options, in a real bash', () => {
    expect(offered('pipeline-m')).to.deep.equal(['pipeline-manager']);
    expect(offered('config', '')).to.include.members(['get', 'set', 'history', '--help']);
    expect(offered('config', 'get', '--ex')).to.deep.equal(['--expanded']);
    expect(offered('watch', 'simulation_sp', '--j')).to.deep.equal(['--json']);
    expect(offered('start', '--server', 'http://h:1', '--camera-p')).to.deep.equal(['--camera-port']);
    expect(offered('nonsense')).to.deep.equal([]);
  });

  it('knows every command that the help shows', () => {
    const help = camserver('--help').stdout;
    const commands = [...help.slice(help.indexOf('Commands:')).matchAll(/^ {2}([a-z][\w-]*)/gm)].map(
      ([, name]) => name!,
    );
    expect(commands.length).to.be.greaterThan(20);
    expect(offered('')).to.include.members(commands.filter((name) => name !== 'help'));
  });

  it('completes the same in a real zsh, as a user types', () => {
    const folder = mkdtempSync(join(tmpdir(), 'camserver-zsh-'));
    try {
      const script = join(folder, 'completion.zsh');
      writeFileSync(script, camserver('completion', 'zsh').stdout);
      const { status, stdout, stderr } = spawnSync('zsh', ['-f', '-c', TYPIST, 'typist', script], {
        encoding: 'utf8',
        timeout: 240_000,
        env: { ...process.env, TERM: 'dumb' },
      });
      expect([status, stderr], stdout).to.deep.equal([0, '']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('refuses other shells', () => {
    const { status, stderr } = camserver('completion', 'fish');
    expect(status).to.equal(1);
    expect(stderr).to.contain('It must be one of bash, zsh.');
  });
});

/** Commands that print no data, or nothing else than JSON or a script; by whom they are used. */
const WITHOUT_JSON = [
  ...['camera-server', 'camera-worker', 'camera-manager', 'camera-proxy'],
  ...['pipeline-server', 'pipeline-worker', 'pipeline-manager', 'pipeline-proxy'],
  ...['config', 'audit', 'security'],
  ...['schema', 'completion', 'help'],
];

describe('every command', () => {
  /** `config get` and so on, as the completion knows them, with the options of each. */
  const commands = new Map(
    [...camserver('completion', 'bash').stdout.matchAll(/^ {4}" ([^"]+)"\) offered="([^"]*)"/gm)].map(
      ([, path, offered]) => [path!, offered!.split(' ')],
    ),
  );

  it('has help, and ends with 1 for options that it does not know', () => {
    expect(commands.size).to.be.greaterThan(35);
    for (const command of commands.keys()) {
      const { status, stderr } = camserver(...command.split(' '), '--no-such-option');
      expect([command, status]).to.deep.equal([command, 1]);
      expect(stderr, command).to.match(/^error: (unknown option|missing required argument|unknown command)/);
      // the help follows, so that one run shows both
      expect(stderr, command).to.match(
        new RegExp(`^Usage: camserver ${command.split(' ').join('(\\|\\w+)? ')}`, 'm'),
      );
    }
    const { status, stdout, stderr } = camserver('config', 'get', '--help');
    expect([status, stderr]).to.deep.equal([0, '']);
    expect(stdout).to.contain('--expanded').and.contain('with its defaults');
  });

  it('that prints data prints it as JSON too', () => {
    const without = [...commands].filter(([, options]) => !options.includes('--json')).map(([name]) => name);
    expect(without).to.have.members(WITHOUT_JSON.filter((name) => name !== 'help'));
  });

  it('of the security file gives hashes and tokens as JSON, which the check takes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'camserver-security-'));
    try {
      const made = camserver('security', 'token', '--json');
      const { token, sha256 } = JSON.parse(made.stdout) as Record<string, string>;
      expect(token).to.match(/^cs_/);
      const { stdout } = spawnSync(process.execPath, [program, 'security', 'hash', '--json'], {
        input: 'a long password\n',
        encoding: 'utf8',
      });
      const users = { ada: { role: 'admin', ...(JSON.parse(stdout) as object) } };
      const file = join(folder, 'security.json');
      const tokens = [{ name: 'script', role: 'viewer', sha256 }];
      writeFileSync(file, JSON.stringify({ users, tokens }), { mode: 0o600 });
      const checked = camserver('security', 'check', file, '--json');
      expect(checked.status, checked.stderr).to.equal(0);
      expect(JSON.parse(checked.stdout)).to.include({ file, users: 1, tokens: 1 });
      writeFileSync(file, '{"userz": {}}');
      expect(camserver('security', 'check', file, '--json').status).to.equal(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('that simulates a device tells how to connect to it, as JSON', () => {
    const options = [
      '--type',
      'array10',
      '--port',
      '0',
      '--width',
      '8',
      '--height',
      '6',
      '-n',
      '1',
      '--json',
    ];
    const { status, stdout } = camserver('simulate', ...options);
    expect(status).to.equal(0);
    const { address, configuration, ...rest } = JSON.parse(stdout);
    expect(rest).to.deep.equal({
      type: 'array10',
      name: 'SIMULATED',
      size: '8x6',
      rate: 10,
      environment: {},
    });
    expect(configuration).to.deep.include({ source: address, source_type: 'array10' });
  });
});
