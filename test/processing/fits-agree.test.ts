import { expect } from 'chai';
import fc from 'fast-check';
import type { GaussianParameters } from '../../src/processing/kernels.js';
import { PROFILE_FIT } from '../../src/processing/kernels.js';
import { expectSameElements } from './agreement.js';
import { implementations } from './support.js';

const [reference, native] = implementations;

/** A peak with noise, on an axis that may descend. */
const profiles = fc
  .record({
    points: fc.integer({ min: 1, max: 200 }),
    center: fc.double({ min: 0.2, max: 0.8, noNaN: true }),
    width: fc.double({ min: 0.02, max: 0.2, noNaN: true }),
    step: fc.constantFrom(1, -0.5, 7.25),
    noise: fc.infiniteStream(fc.double({ min: -20, max: 20, noNaN: true })),
    isWhole: fc.boolean(),
  })
  .map(({ points, center, width, step, noise, isWhole }) => {
    const axis = Float32Array.from({ length: points }, (_, index) => index * step);
    const [middle, sigma] = [center * points * step, width * points * step];
    const values = Array.from(axis, (x) => {
      const bell = Math.exp(-((x - middle) ** 2) / (2 * sigma ** 2));
      return Math.round(100 + 1000 * bell + (noise.next().value as number));
    });
    const profile = isWhole ? BigInt64Array.from(values, BigInt) : Float64Array.from(values);
    return { axis, profile, values };
  });

describe('processing: native and reference fits agree', () => {
  const squares = (p: GaussianParameters, axis: Float32Array, values: number[]): number =>
    axis.reduce((sum, x, index) => {
      const model = p.offset + p.amplitude * Math.exp(-((x - p.center) ** 2) / (2 * p.sigma ** 2));
      return sum + (model - values[index]) ** 2;
    }, 0);

  it('from their own start values', () => {
    fc.assert(
      fc.property(profiles, ({ axis, profile, values }) => {
        const [left, right] = [native.gaussianFit(profile, axis), reference.gaussianFit(profile, axis)];
        // poorly determined fits may end elsewhere within the tolerance of the minimiser, never elsewhere in quality
        if (!left.converged || !right.converged) return;
        const [actual, expected] = [left, right].map(({ parameters }) => squares(parameters, axis, values));
        expect(actual).to.be.closeTo(expected, 1e-3 * expected + 1e-6);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('from given start values, with few evaluations and both ways of counting', () => {
    const axis = Float64Array.from({ length: 100 }, (_, index) => index);
    const profile = axis.map((x) => 5 + 40 * Math.exp(-((x - 52) ** 2) / 60) + Math.sin(x));
    const start = { offset: 0, amplitude: 30, center: 40, sigma: 9 };
    for (const countDerivatives of [false, true]) {
      for (const maximumEvaluations of [1, 5, 10, 20, 60, 1000]) {
        const options = { ...PROFILE_FIT, maximumEvaluations, countDerivatives };
        const actual = native.gaussianFitFrom(profile, axis, start, options);
        const expected = reference.gaussianFitFrom(profile, axis, start, options);
        expect([actual.converged, actual.evaluations]).to.deep.equal([
          expected.converged,
          expected.evaluations,
        ]);
        for (const key of ['offset', 'amplitude', 'center', 'sigma'] as const) {
          expect(actual.parameters[key]).to.be.closeTo(expected.parameters[key], 1e-9);
        }
      }
    }
  });

  it('in the values of the model', () => {
    fc.assert(
      fc.property(profiles, fc.boolean(), ({ axis }, isDouble) => {
        const positions = isDouble ? Float64Array.from(axis) : axis;
        const parameters = { offset: 3, amplitude: -20, center: 40.5, sigma: 7 };
        const [actual, expected] = [native, reference].map((kernels) =>
          kernels.gaussian(positions, parameters),
        );
        expectSameElements(actual, expected, 'model', isDouble ? 1e-14 : 2e-7);
      }),
    );
  });
});
