import { expect } from 'chai';
import fc from 'fast-check';
import type { TypedArray } from '../../src/common/dtype.js';
import { CamServerError } from '../../src/common/errors.js';
import { arrayValue, type ChannelValue } from '../../src/common/values.js';
import { binAxis } from '../../src/processing/axes.js';
import { type Axis, findIndex, fullWidth, goodRegion } from '../../src/processing/profiles.js';
import { smooth } from '../../src/processing/savitzky-golay.js';
import { calculateSlices, measureSlices, type SliceOptions } from '../../src/processing/slices.js';
import { fitPeak } from '../../src/processing/spectrum.js';
import { imageOf, toArrayValue } from '../../src/processing/views.js';
import {
  type ExpectedOutput,
  expectValue,
  inputArray,
  type VectorCase,
  vectorCases,
} from '../support/vectors.js';
import { implementations, pixelAxis } from './support.js';

function expectOutputs(entry: VectorCase, actual: Record<string, ChannelValue>): void {
  for (const output of entry.expected.outputs as ExpectedOutput[]) {
    expect(actual, entry.id).to.have.property(output.name);
    expectValue(actual[output.name], output, entry.tolerance);
  }
}

function sliceOptions(entry: VectorCase): SliceOptions {
  const { center, standard_deviation, scaling, number_of_slices } = entry.params as Record<string, number>;
  return { center, sigma: standard_deviation, scale: scaling, count: number_of_slices };
}

const numbers = (data: TypedArray): Float64Array => Float64Array.from(data as Float64Array, Number);

for (const kernels of implementations) {
  describe(`processing/slices with ${kernels.name} kernels: golden vectors`, () => {
    for (const entry of vectorCases('slices_data')) {
      it(entry.id, () => {
        const image = imageOf(inputArray(entry, 'image')!);
        const axes = {
          x: inputArray(entry, 'x_axis')!.data as Axis,
          y: inputArray(entry, 'y_axis')!.data as Axis,
        };
        const direction = entry.params.direction as 'x' | 'y';
        const measure = () => measureSlices(kernels, image, axes, direction, sliceOptions(entry));
        if (sliceOptions(entry).count % 2 === 0) {
          expect('raises' in entry.expected).to.equal(true);
          expect(measure).to.throw(CamServerError, 'must be odd');
          return;
        }
        const { length, slices } = measure();
        if ('raises' in entry.expected) {
          // the original fails here; the caller leaves all channels of slices without value
          expect(length).to.equal(null);
          return;
        }
        const channels = slices.flatMap((slice, index) => [
          [`slice_${index}_center_x`, slice.centerX],
          [`slice_${index}_center_y`, slice.centerY],
          [`slice_${index}_standard_deviation`, slice.sigma],
          [`slice_${index}_intensity`, slice.intensity],
        ]);
        expectOutputs(entry, {
          slice_length: length,
          slice_count: BigInt(slices.length),
          ...Object.fromEntries(channels),
        });
      });
    }
  });

  describe(`processing/binning with ${kernels.name} kernels: golden vectors`, () => {
    for (const entry of vectorCases('binning')) {
      it(entry.id, () => {
        const { bx, by, mean } = entry.params as { bx: number; by: number; mean: boolean };
        const [image, x, y] = ['image', 'x_axis', 'y_axis'].map((name) => inputArray(entry, name));
        expectOutputs(entry, {
          image: image && toArrayValue(kernels.bin(imageOf(image), bx, by, mean)),
          x_axis: x && arrayValue(binAxis(x.data, bx)),
          y_axis: y && arrayValue(binAxis(y.data, by)),
        });
      });
    }
  });

  describe(`processing/spectrum with ${kernels.name} kernels: golden vectors`, () => {
    for (const entry of vectorCases('gauss_fit_psss')) {
      it(entry.id, () => {
        const {
          maxfev,
          skip,
          standard_deviation: sigma,
          ...start
        } = entry.params.options as {
          maxfev?: number;
          skip?: boolean;
          standard_deviation?: number;
        };
        const options = { maximumEvaluations: maxfev, skip, start: { ...start, sigma } };
        const [profile, axis] = ['profile', 'axis'].map((name) => numbers(inputArray(entry, name)!.data));
        const fit = fitPeak(kernels, profile, axis, options);
        const { offset, amplitude, center } = fit;
        expectOutputs(entry, { offset, amplitude, center, standard_deviation: fit.sigma });
      });
    }
  });
}

describe('processing/slices', () => {
  for (const entry of vectorCases('calculate_slices')) {
    it(entry.id, () => {
      const axis = inputArray(entry, 'axis')!.data as Axis;
      if ('raises' in entry.expected) {
        const { message } = entry.expected.raises as { message: string };
        expect(() => calculateSlices(axis, sliceOptions(entry))).to.throw(CamServerError, message);
        return;
      }
      const { borders, halfWidth, length } = calculateSlices(axis, sliceOptions(entry));
      expectOutputs(entry, {
        slice_indexes: arrayValue(Float64Array.from(borders)),
        pixels_half_slice: BigInt(halfWidth),
        slice_length: length,
      });
    });
  }

  it('divides axes as the specification lists', () => {
    const options = { center: 300, sigma: 12, scale: 2 };
    const axis = pixelAxis(1000);
    const eleven = calculateSlices(axis, { ...options, count: 11 });
    expect([eleven.halfWidth, ...eleven.borders]).to.deep.equal([
      1, 289, 291, 293, 295, 297, 299, 301, 303, 305, 307, 309, 311,
    ]);
    const shifted = calculateSlices(
      axis.map((x) => x + 100),
      { ...options, count: 5 },
    );
    expect([shifted.halfWidth, ...shifted.borders]).to.deep.equal([2, 190, 194, 198, 202, 206, 210]);
    expect(calculateSlices(pixelAxis(10), { ...options, center: 1, count: 11 }).borders).to.deep.equal([
      0, 2,
    ]);
  });

  it('has no slices where the fit gave no number', () => {
    const options = { center: Number.NaN, sigma: Number.NaN, scale: 2, count: 3 };
    expect(calculateSlices(pixelAxis(50), options)).to.deep.include({ borders: [], length: null });
  });

  it('always divides evenly and inside of the axis', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 200 }),
        fc.double({ min: -50, max: 250, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.integer({ min: 0, max: 10 }),
        (length, center, sigma, pairs) => {
          const { borders, halfWidth } = calculateSlices(pixelAxis(length), {
            center,
            sigma,
            scale: 2,
            count: 2 * pairs + 1,
          });
          for (let index = 0; index < borders.length; index += 1) {
            expect(borders[index] >= 0 && borders[index] < length).to.equal(true);
            if (index > 0) expect(borders[index] - borders[index - 1]).to.equal(2 * halfWidth);
          }
        },
      ),
    );
  });
});

describe('processing/profiles: the examples of the specification', () => {
  const profile = (...values: number[]): Float64Array => Float64Array.from(values);

  it('measures widths', () => {
    const widths = (values: Float64Array): number[] =>
      [0.5, 0.25].map((threshold) => fullWidth(pixelAxis(values.length), values, threshold));
    expect(widths(profile(0, 1, 5, 10, 5, 1, 0))).to.deep.equal([2, 3.25]);
    expect(widths(profile(0, 0, 10, 10, 10, 0, 0))).to.deep.equal([3, 3.5]);
    expect(widths(profile(10, 5, 1, 0, 0, 0, 0))).to.deep.equal([0, 0.125]);
    expect(widths(profile(3, 3, 3, 3, 3, 3, 3))).to.deep.equal([Number.NaN, Number.NaN]);
    expect(widths(profile(0, 0, 0, 10, 9, 9, 9))).to.deep.equal([Infinity, Infinity]);
    expect(widths(profile(4))).to.deep.equal([0, 0]);
  });

  it('finds good regions', () => {
    const region = (...values: number[]) => goodRegion(profile(...values), 0.3, 1.8);
    expect(region(0, 1, 5, 10, 5, 1, 0)).to.deep.equal([0, 6]);
    expect(region(10, 5, 1, 0)).to.deep.equal([0, 2]);
    expect(region(0, 1, 5, 10)).to.deep.equal([0, 3]);
    expect(region(3, 3, 3)).to.deep.equal([0, 0]);
  });

  it('finds indices of values', () => {
    const ascending = pixelAxis(300);
    const descending = ascending.toReversed();
    const values = [200, 200.5, 199.9, 300, -1, 0.1];
    expect(values.map((value) => findIndex(ascending, value))).to.deep.equal([200, 200, 199, 299, 0, 0]);
    expect(values.map((value) => findIndex(descending, value))).to.deep.equal([99, 99, 100, 0, 299, 299]);
  });
});

describe('processing/savitzky-golay', () => {
  for (const entry of vectorCases('savgol')) {
    it(entry.id, () => {
      const data = inputArray(entry, 'data')!.data as Float64Array;
      if ('raises' in entry.expected) {
        const { message } = entry.expected.raises as { message: string };
        expect(() => smooth(data, entry.params.window as number)).to.throw(CamServerError, message);
      } else expectOutputs(entry, { smoothed: arrayValue(smooth(data, entry.params.window as number)) });
    });
  }

  it('leaves cubics as they are, at the ends too', () => {
    const cubic = Float64Array.from({ length: 80 }, (_, x) => 3 - 2 * x + 0.5 * x ** 2 - 0.01 * x ** 3);
    smooth(cubic).forEach((value, index) => {
      expect(value).to.be.closeTo(cubic[index], 1e-8);
    });
  });

  it('has the weights 3(1949 - 5k²)/132447', () => {
    const impulse = new Float64Array(151);
    impulse[75] = 1;
    const smoothed = smooth(impulse);
    for (const k of [0, 1, 10, 25]) {
      expect(smoothed[75 + k]).to.be.closeTo((3 * (1949 - 5 * k * k)) / 132447, 1e-12);
    }
  });
});
