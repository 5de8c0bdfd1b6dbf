import { expect } from 'chai';
import fc from 'fast-check';
import { TextRing } from '../../../src/proxy/v2/text-ring.js';

describe('proxy/v2/text ring', () => {
  const texts = fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 80 });

  it('keeps the newest texts as they were, without a gap, and never more than fits', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 200 }), (input, size) => {
        const ring = new TextRing<number>(size);
        input.forEach((text, index) => {
          ring.push(text, index);
          const kept = ring.newest(ring.count);
          expect(kept.map(({ note }) => note)).to.deep.equal(
            Array.from({ length: kept.length }, (_, place) => index + 1 - kept.length + place),
          );
          for (const { text: bytes, note } of kept) {
            expect(Buffer.from(bytes).equals(Buffer.from(input[note]!))).to.equal(true);
          }
          expect(kept.reduce((sum, { text: bytes }) => sum + bytes.length, 0)).to.be.at.most(size);
          expect(ring.count > 0).to.equal(Buffer.byteLength(text) <= size);
        });
      }),
    );
  });

  it('wastes no more than one text at its end', () => {
    const ring = new TextRing<number>(100);
    for (let index = 0; index < 50; index += 1) ring.push('x'.repeat(10), index);
    expect([ring.count, ring.oldest]).to.deep.equal([10, 40]);
    ring.drop(3);
    expect([ring.count, ring.oldest]).to.deep.equal([7, 43]);
  });

  it('gives copies, which later texts do not change', () => {
    const ring = new TextRing<number>(10);
    ring.push('0123456789', 0);
    const { text } = ring.newest(1)[0]!;
    ring.push('abcdefghij', 1);
    expect(Buffer.from(text).toString()).to.equal('0123456789');
  });
});
