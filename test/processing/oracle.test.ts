import { expect } from 'chai';
import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import { estimateGaussian, gaussianFit } from '../../src/processing/reference/fits.js';
import { randomGenerator } from '../fuzz/corpus.js';

describe('processing: the minimiser against an independent one', () => {
  it('finds the same Gaussians as ml-levenberg-marquardt, or better ones', () => {
    const random = randomGenerator(7);
    for (let run = 0; run < 20; run += 1) {
      const points = 60 + Math.floor(random() * 60);
      const center = points * (0.3 + 0.4 * random());
      const sigma = 3 + 6 * random();
      const axis = Float64Array.from({ length: points }, (_, index) => index);
      const profile = axis.map(
        (x) => 100 + 1000 * Math.exp(-((x - center) ** 2) / (2 * sigma ** 2)) + 20 * random(),
      );
      const start = estimateGaussian(profile, axis);
      const oracle = levenbergMarquardt(
        { x: [...axis], y: Array.from(profile, Math.fround) },
        ([offset, amplitude, mean, width]: number[]) =>
          (x: number) =>
            offset + amplitude * Math.exp(-((x - mean) ** 2) / (2 * width ** 2)),
        {
          initialValues: [start.offset, start.amplitude, start.center, start.sigma],
          maxIterations: 200,
          errorTolerance: 1e-12,
          gradientDifference: 1e-6,
        },
      );
      const { parameters, converged } = gaussianFit(profile, axis);
      expect(converged).to.equal(true);
      const squares = (p: { offset: number; amplitude: number; center: number; sigma: number }): number =>
        axis.reduce((sum, x, index) => {
          const model = p.offset + p.amplitude * Math.exp(-((x - p.center) ** 2) / (2 * p.sigma ** 2));
          return sum + (model - Math.fround(profile[index])) ** 2;
        }, 0);
      const [offset, amplitude, mean, width] = oracle.parameterValues as [number, number, number, number];
      const theirs = squares({ offset, amplitude, center: mean, sigma: width });
      expect(squares(parameters)).to.be.at.most(theirs * (1 + 1e-9));
      expect(parameters.center).to.be.closeTo(mean, 1e-3);
      expect(Math.abs(parameters.sigma)).to.be.closeTo(Math.abs(width), 1e-3);
    }
  });
});
