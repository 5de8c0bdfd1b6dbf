import { expect } from 'chai';
import fc from 'fast-check';
import { nativeFits } from '../../src/processing/native-fits.js';
import { gaussianFit } from '../../src/processing/reference/fits.js';

/** A peak with noise, on an axis that may descend. */
const profiles = fc
  .record({
    points: fc.integer({ min: 4, max: 200 }),
    center: fc.double({ min: 0.2, max: 0.8, noNaN: true }),
    width: fc.double({ min: 0.02, max: 0.2, noNaN: true }),
    step: fc.constantFrom(1, -0.5, 7.25),
    noise: fc.infiniteStream(fc.double({ min: -20, max: 20, noNaN: true })),
  })
  .map(({ points, center, width, step, noise }) => {
    const axis = Float64Array.from({ length: points }, (_, index) => index * step);
    const [middle, sigma] = [center * points * step, width * points * step];
    const profile = axis.map((x) => {
      const bell = Math.exp(-((x - middle) ** 2) / (2 * sigma ** 2));
      return Math.round(100 + 1000 * bell + (noise.next().value as number));
    });
    return { axis, profile };
  });

describe('processing: native fits', () => {
  it('agree with the reference', () => {
    fc.assert(
      fc.property(profiles, ({ axis, profile }) => {
        const native = nativeFits?.gaussianFit(profile, axis);
        const reference = gaussianFit(profile, axis);
        const squares = (p: typeof reference.parameters): number =>
          axis.reduce((sum, x, index) => {
            const model = p.offset + p.amplitude * Math.exp(-((x - p.center) ** 2) / (2 * p.sigma ** 2));
            return sum + (model - profile[index]) ** 2;
          }, 0);
        if (native === undefined) throw new Error('The addon is not built');
        // poorly determined fits may end elsewhere within the tolerance of the minimiser, never elsewhere in quality
        if (native.converged && reference.converged) {
          expect(squares(native.parameters)).to.be.closeTo(
            squares(reference.parameters),
            1e-3 * squares(reference.parameters) + 1e-6,
          );
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('refuse arrays of different length and of other types', () => {
    expect(() => nativeFits?.gaussianFit(new Float64Array(5), new Float64Array(4))).to.throw(TypeError);
    expect(() => nativeFits?.gaussianFit(new Float32Array(5) as never, new Float64Array(5))).to.throw(
      TypeError,
    );
    expect(() => nativeFits?.gaussianFit(new Float64Array(0), new Float64Array(0))).to.throw(TypeError);
  });
});
