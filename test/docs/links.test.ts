import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { pages, readPage } from './samples.js';

/** As GitHub makes them: lower case, blanks become hyphens, punctuation goes. */
function anchorsOf(path: string): string[] {
  return [...readPage(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

describe('documentation', () => {
  for (const page of pages) {
    it(`${page} links to what is there`, () => {
      const broken: string[] = [];
      for (const [, target] of readPage(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target!)) continue;
        const [path, anchor] = target!.split('#') as [string, string | undefined];
        const file = path === '' ? page : relative(packageRoot, join(packageRoot, dirname(page), path));
        if (!existsSync(join(packageRoot, file))) broken.push(target!);
        else if (anchor !== undefined && !anchorsOf(file).includes(anchor)) broken.push(target!);
      }
      expect(broken).to.deep.equal([]);
    });
  }

  it('names only commands and options that there are', () => {
    const program = join(packageRoot, 'bin', 'camserver.js');
    const help = new Map<string, string>();
    const helpOf = (command: string): string => {
      let text = help.get(command);
      if (text === undefined) {
        text = spawnSync(process.execPath, [program, ...command.split(' '), '--help'], {
          encoding: 'utf8',
        }).stdout;
        help.set(command, text);
      }
      return text;
    };
    const known = new Set(
      [...helpOf('').matchAll(/^ {2}([a-z][\w|-]*)/gm)].flatMap(([, names]) => names!.split('|')),
    );
    const wrong: string[] = [];
    for (const page of pages) {
      const text = readPage(page).replace(/\\\n\s*/g, ' ');
      for (const [line, command] of text.matchAll(/\bcamserver(?:\.js)? ([a-z][a-z_-]*)\b[^\n`|#]*/g)) {
        if (!/^camserver(\.js)? [a-z_-]+( |$)/.test(line!)) continue;
        if (!known.has(command!)) {
          wrong.push(`${page}: camserver ${command}`);
          continue;
        }
        const options = line!.match(/ --[\w-]+/g) ?? [];
        for (const option of options) {
          const isSubcommand = /^(audit|security|config)$/.test(command!);
          if (!isSubcommand && !helpOf(command!).includes(option.trim())) {
            wrong.push(`${page}: camserver ${command} ${option.trim()}`);
          }
        }
      }
    }
    expect(wrong).to.deep.equal([]);
  });
});

describe('the table of security items', () => {
  it('names a test that there is for each item', () => {
    const items = readPage('docs/asvs.md').split('\n## Items\n')[1]!.split('\n## ')[0]!;
    const rows = items.split('\n').filter((line) => line.startsWith('| ') && !/^\| (Item|-+) /.test(line));
    expect(rows.length).to.be.greaterThan(30);
    const untested = rows.filter((row) => {
      const [, path, title] = /`([\w/-]+\.test\.ts)`: ([^|]*?)\s*\|$/.exec(row) ?? [];
      const file = join(packageRoot, 'test', path ?? '');
      // the beginning of a title
      const begins = (text: string): boolean => [`'`, `"`, '`'].some((quote) => text.includes(quote + title));
      return !title || !existsSync(file) || !begins(readFileSync(file, 'utf8'));
    });
    expect(untested).to.deep.equal([]);
  });
});
