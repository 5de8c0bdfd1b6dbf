import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { readAssets } from '../../src/console/server/assets.js';

const FOLDER = join(packageRoot, 'dist', 'src', 'console', 'assets');
const INITIAL_LIMIT = 350_000;

describe('the built console', () => {
  const page = readFileSync(join(FOLDER, 'index.html'), 'utf8');
  const files = [...page.matchAll(/(?:src|href)="\/ui\/([^"]+)"/g)].map((match) => match[1]!);

  it(`loads at most ${INITIAL_LIMIT / 1000} kB of compressed JavaScript before the first screen`, () => {
    const scripts = files.filter((file) => file.endsWith('.js'));
    expect(scripts).not.to.deep.equal([]);
    const bytes = scripts.reduce(
      (sum, file) => sum + gzipSync(readFileSync(join(FOLDER, file))).byteLength,
      0,
    );
    expect(bytes).to.be.below(INITIAL_LIMIT);
  });

  it('has no inline script and no inline style, which the policy of the page forbids', () => {
    expect(page).not.to.match(/<script(?![^>]*\bsrc=)/);
    expect(page).not.to.match(/<style|\sstyle=/);
  });

  it('is served with its types, compressed, and hashed files for ever', () => {
    const assets = readAssets(FOLDER);
    expect(assets.get('index.html')).to.include({ type: 'text/html; charset=UTF-8', immutable: false });
    const script = assets.get(files.find((file) => file.endsWith('.js'))!)!;
    expect(script).to.include({ type: 'text/javascript; charset=UTF-8', immutable: true });
    expect(script.compressed!.byteLength).to.be.below(script.plain.byteLength);
  });

  it('is empty, not broken, where it was not built', () => {
    expect(readAssets('/nowhere').size).to.equal(0);
  });
});
