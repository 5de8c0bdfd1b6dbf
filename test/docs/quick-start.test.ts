import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { samplesOf } from './samples.js';
import { openShell, type Shell } from './shell.js';

/** Word by word what a page tells a new user to type. */
const commandsOf = (page: string): string[] =>
  samplesOf(`docs/${page}`)
    .filter(({ language }) => language === 'bash' || language === 'sh')
    .map(({ text }) => text);

describe('what a new user types', () => {
  let shell: Shell;

  before(async () => {
    shell = await openShell();
  });

  after(() => shell.close());

  it('leads from docs/quick-start.md to a picture, a file and a running Python script', async () => {
    const [look, record, read, script, tidy, ...others] = commandsOf('quick-start.md');
    expect(others).to.deep.equal([]);
    expect(await shell.type(look!)).to.contain('x_fit_mean');
    const picture = readFileSync(join(shell.folder, 'beam.png'));
    expect(picture.subarray(1, 4).toString()).to.equal('PNG');
    await shell.type(record!);
    expect(await shell.type(read!)).to.match(/^\[(\s*-?\d+\.?\d*){5}\s*\]/);
    expect(await shell.type(script!)).to.match(/^contrast +float64/m);
    await shell.type(tidy!);
    expect(statSync(join(shell.folder, 'beam.h5'), { throwIfNoEntry: false })).to.equal(undefined);
  });

  it('works from docs/user-functions.md too', async () => {
    const [start, change] = commandsOf('user-functions.md');
    // a watch without end is stopped here after some lines
    const shown = await shell.type(`${start!.replace(/watch mine.*/, 'watch mine -n 2')}\n${change}`);
    await shell.cluster.pipeline.deleteInstance('mine');
    expect(shown).to.contain('x_fit_mean');
    expect(shown.match(/"state": ?"ok"/g)).to.have.length(4);
  });

  for (const [language, file, channel] of [
    ['ts', 'mine.ts', 'average_value'],
    ['c', 'mine.c', 'gain'],
  ] as const) {
    it(`works with the function in ${language} in the place of the one in Python`, async () => {
      const [start] = commandsOf('user-functions.md');
      const sample = samplesOf('docs/user-functions.md').find((found) => found.language === language)!;
      const commands = start!
        .replace(/(<<'END'\n).*?(\nEND\n)/s, (_, before, after) => before + sample.text.trimEnd() + after)
        .replaceAll('mine.py', file)
        .replace(/watch mine.*/, 'watch mine -n 1 --json');
      const shown = await shell.type(commands);
      await shell.cluster.pipeline.deleteInstance('mine');
      expect(shown).to.contain(`"${channel}"`);
      expect(shown.match(/"state": ?"ok"/g)).to.have.length(2);
    });
  }
});
