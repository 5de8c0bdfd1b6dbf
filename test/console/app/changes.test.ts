import { expect } from 'chai';
import fc from 'fast-check';
import {
  changesBetween,
  isEqual,
  lineDiff,
  mergeChanges,
  updateFor,
} from '../../../src/console/app/core/changes.js';
import type { JsonRecord } from '../../../src/console/app/core/plant.js';

const documents = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'd'),
  fc.jsonValue({ maxDepth: 2 }),
) as fc.Arbitrary<JsonRecord>;

describe('differences of documents', () => {
  it('name what was added, removed and changed, with JSON pointers', () => {
    const before = { a: 1, b: { x: 1, 'y/z': 2 }, c: [1, 2] };
    const after = { a: 1, b: { x: 3, 'y/z': 2, w: null }, d: true };
    expect(changesBetween(before, after)).to.deep.equal([
      { path: '/b/x', kind: 'changed', before: 1, after: 3 },
      { path: '/b/w', kind: 'added', before: undefined, after: null },
      { path: '/c', kind: 'removed', before: [1, 2], after: undefined },
      { path: '/d', kind: 'added', before: undefined, after: true },
    ]);
  });

  it('are none exactly for equal documents', () => {
    fc.assert(
      fc.property(documents, documents, (a, b) => {
        expect(changesBetween(a, structuredClone(a))).to.deep.equal([]);
        expect(changesBetween(a, b).length === 0).to.equal(isEqual(a, b));
      }),
    );
  });

  it('become an update that leads from one to the other', () => {
    fc.assert(
      fc.property(documents, documents, (before, after) => {
        const { changes, remove } = updateFor(before, after);
        const result = { ...before, ...changes };
        for (const key of remove) delete result[key];
        expect(isEqual(result, after)).to.equal(true);
      }),
    );
  });
});

describe('two changes of one document', () => {
  it('come together where they do not meet', () => {
    const merge = mergeChanges({ a: 1, b: 1, c: 1 }, { a: 2, b: 1, c: 1 }, { a: 1, b: 3 });
    expect(merge).to.deep.equal({ merged: { a: 2, b: 3 }, conflicts: [] });
  });

  it('are a conflict where both changed a key differently', () => {
    const { merged, conflicts } = mergeChanges({ a: 1 }, { a: 2 }, { a: 3 });
    expect(merged).to.deep.equal({ a: 3 });
    expect(conflicts).to.deep.equal([{ key: 'a', base: 1, theirs: 2, mine: 3 }]);
  });

  it('are no conflict when both did the same', () => {
    expect(mergeChanges({ a: 1 }, { a: 2 }, { a: 2 }).conflicts).to.deep.equal([]);
  });

  it('leave mine alone when they changed nothing', () => {
    fc.assert(
      fc.property(documents, documents, (base, mine) => {
        const { merged, conflicts } = mergeChanges(base, base, mine);
        expect(isEqual(merged, mine)).to.equal(true);
        expect(conflicts).to.deep.equal([]);
      }),
    );
  });
});

describe('differences of texts', () => {
  it('are lines that lead from one to the other', () => {
    const texts = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
      .map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const lines = lineDiff(before, after);
        const side = (kind: 'added' | 'removed'): string =>
          lines
            .filter((line) => line.kind === 'same' || line.kind === kind)
            .map((line) => line.text)
            .join('\n');
        expect(side('removed')).to.equal(before);
        expect(side('added')).to.equal(after);
      }),
    );
  });

  it('keep what did not change', () => {
    expect(lineDiff('a\nb\nc', 'a\nx\nc').map((line) => `${line.kind} ${line.text}`)).to.deep.equal([
      'same a',
      'removed b',
      'added x',
      'same c',
    ]);
  });
});
