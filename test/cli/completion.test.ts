import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';

/** The commands as the program lists them. */
const program = join(packageRoot, 'bin', 'camserver.js');
const camserver = (...options: string[]) =>
  spawnSync(process.execPath, [program, ...options], { encoding: 'utf8' });

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

  it('makes a script for zsh, and refuses other shells', () => {
    expect(camserver('completion', 'zsh').stdout).to.contain('bashcompinit');
    const { status, stderr } = camserver('completion', 'fish');
    expect(status).to.equal(1);
    expect(stderr).to.contain('It must be one of bash, zsh.');
  });
});

describe('every command', () => {
  it('has help, and ends with 1 for options that it does not know', () => {
    const help = camserver('--help').stdout;
    const commands = [...help.slice(help.indexOf('Commands:')).matchAll(/^ {2}([a-z][\w-]*)/gm)].map(
      ([, name]) => name!,
    );
    for (const command of commands.filter((name) => name !== 'help')) {
      const shown = camserver(command, '--help');
      expect([command, shown.status, shown.stderr]).to.deep.equal([command, 0, '']);
      expect(shown.stdout, command).to.match(new RegExp(`^Usage: camserver ${command}`));
      const wrong = camserver(command, '--no-such-option');
      expect([command, wrong.status]).to.deep.equal([command, 1]);
      expect(wrong.stderr, command).to.match(/unknown option|missing required argument|unknown command/);
    }
  });
});
