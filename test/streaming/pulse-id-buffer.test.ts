import { expect } from 'chai';
import fc from 'fast-check';
import { PulseIdBuffer } from '../../src/streaming/pulse-id-buffer.js';

function pass(size: number, pulseIds: readonly bigint[]): { out: bigint[]; rest: bigint[] } {
  const buffer = new PulseIdBuffer<bigint>(size);
  const out = pulseIds.flatMap((pulseId) => buffer.push(pulseId, pulseId) ?? []);
  return { out, rest: buffer.clear() };
}

describe('buffer by pulse id', () => {
  it('sends the lowest as soon as it holds n', () => {
    const { out, rest } = pass(3, [5n, 3n, 4n, 8n, 6n, 7n, 10n, 9n]);
    expect(out).to.deep.equal([3n, 4n, 5n, 6n, 7n, 8n]);
    expect(rest).to.deep.equal([9n, 10n]);
  });

  it('passes everything on at once with a size of 1 and below', () => {
    for (const size of [-1, 0, 1]) expect(pass(size, [2n, 1n]).out).to.deep.equal([2n, 1n]);
  });

  it('loses and repeats nothing, and sorts what is less than n out of place', () => {
    const cases = fc.tuple(fc.integer({ min: 2, max: 8 }), fc.array(fc.bigInt({ min: 0n, max: 30n })));
    fc.assert(
      fc.property(cases, ([size, pulseIds]) => {
        const { out, rest } = pass(size, pulseIds);
        expect(rest).to.have.length(Math.min(size - 1, pulseIds.length));
        const sorted = (list: bigint[]) => [...list].sort((a, b) => Number(a - b));
        expect(sorted([...out, ...rest])).to.deep.equal(sorted([...pulseIds]));
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.nat(40), (size, count) => {
        // blocks of at most `size` that come in the wrong order
        const blocks = Array.from({ length: count }, (_, index) => {
          const block = Math.floor(index / size);
          return BigInt(block * size + (size - 1 - (index % size)));
        });
        const { out } = pass(size, blocks);
        expect(out).to.deep.equal([...out].sort((a, b) => Number(a - b)));
      }),
    );
  });
});
