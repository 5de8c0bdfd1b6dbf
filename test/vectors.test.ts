import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../src/common/package.js';

describe('the golden vectors', () => {
  it('are all used, kind by kind', () => {
    const manifest = readFileSync(join(packageRoot, 'test/fixtures/vectors/manifest.json'), 'utf8');
    const { cases } = JSON.parse(manifest) as { cases: { kind: string }[] };
    const kinds = new Set(cases.map(({ kind }) => kind));
    const used = readdirSync(join(packageRoot, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(packageRoot, 'test', file), 'utf8'))
      .flatMap((text) => [...text.matchAll(/vectorCases\('(\w+)'\)/g)].map(([, kind]) => kind));
    expect([...kinds].filter((kind) => !used.includes(kind))).to.deep.equal([]);
  });
});
