import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { screenAt } from '../../src/console/app/core/screens.js';

/** Rows of the comparison that the console was specified by. */
const ROWS = 51;

const page = readFileSync(join(packageRoot, 'docs', 'console-parity.md'), 'utf8');
const rows = page
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => /^\d+$/.test(cells[1] ?? ''));

describe('the comparison with the older tools', () => {
  it('has every row once, in order', () => {
    expect(rows.map((cells) => Number(cells[1]))).to.deep.equal(
      Array.from({ length: ROWS }, (_, at) => at + 1),
    );
  });

  it('tells for each row what it is, and where it is or why it is not', () => {
    for (const [, number, feature, here, where] of rows) {
      expect(feature, `feature of row ${number}`).to.match(/\w{3}/);
      expect(where, `place of row ${number}`).to.match(/\w{3}/);
      if (here !== 'yes') expect(where, `why row ${number} is not yes`).to.match(/\(S\)/);
    }
  });

  it('names addresses of the console that lead somewhere', () => {
    for (const [, path] of page.matchAll(/`(\/ui\/[^`]*)`/g)) {
      const example = path!.replace('<cluster>', 'pipelines').replaceAll(/<\w+>/g, 'x');
      expect(screenAt(example).screen, path).not.to.equal('not-found');
    }
  });
});
