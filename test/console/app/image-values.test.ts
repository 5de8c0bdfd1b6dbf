import { expect } from 'chai';
import fc from 'fast-check';
import { beamPeak, rangeOf } from '../../../src/console/app/core/image-values.js';
import type { NpyImage } from '../../../src/console/app/core/npy.js';

const [WIDTH, HEIGHT] = [160, 120];

/** Noise that looks random and is the same in every run. */
function noisy(seed: number, value: (x: number, y: number) => number): NpyImage {
  let state = seed * 2654435761 + 1;
  const data = Float64Array.from({ length: WIDTH * HEIGHT }, (_, index) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 100 + (state / 2 ** 32) * 20 + value(index % WIDTH, Math.floor(index / WIDTH));
  });
  return { dtype: '<f8', shape: [HEIGHT, WIDTH], data };
}

const gaussian = (x: number, y: number, sigmaX: number, sigmaY: number) => (column: number, row: number) =>
  300 * Math.exp(-((column - x) ** 2) / (2 * sigmaX ** 2) - (row - y) ** 2 / (2 * sigmaY ** 2));

describe('the values of an image', () => {
  it('span what is shown, without the few that are darkest and brightest unless all are wanted', () => {
    const data = Float64Array.from({ length: 2001 }, (_, index) => index);
    const image = { dtype: '<f8', shape: [1, 2001], data };
    expect(rangeOf(image, true)).to.deep.equal({ low: 0, high: 2000 });
    expect(rangeOf(image, false)).to.deep.equal({ low: 2, high: 1998 });
    expect(rangeOf({ dtype: '<f8', shape: [0, 0], data: [] }, false)).to.deep.equal({ low: 0, high: 1 });
  });

  it('show a beam where it is', () => {
    const places = fc.tuple(
      fc.integer({ min: 20, max: WIDTH - 20 }),
      fc.integer({ min: 20, max: HEIGHT - 20 }),
    );
    const widths = fc.tuple(fc.integer({ min: 3, max: 8 }), fc.integer({ min: 3, max: 8 }));
    fc.assert(
      fc.property(fc.nat(1000), places, widths, (seed, [x, y], [sigmaX, sigmaY]) => {
        const peak = beamPeak(noisy(seed, gaussian(x, y, sigmaX, sigmaY)));
        expect(peak?.x).to.be.closeTo(x, 3);
        expect(peak?.y).to.be.closeTo(y, 3);
      }),
      { numRuns: 30 },
    );
  });

  it('show none in noise, in an even image, and in bright pixels', () => {
    expect(beamPeak(noisy(1, () => 0))).to.equal(null);
    expect(
      beamPeak(noisy(2, (x, y) => ((x === 30 && y === 40) || (x === 90 && y === 8) ? 60_000 : 0))),
    ).to.equal(null);
    const even = new Float64Array(WIDTH * HEIGHT).fill(7);
    expect(beamPeak({ dtype: '<f8', shape: [HEIGHT, WIDTH], data: even })).to.equal(null);
    expect(beamPeak({ dtype: '<f8', shape: [2, 2], data: [1, 2, 3, 4] })).to.equal(null);
  });
});
