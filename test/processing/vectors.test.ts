import { expect } from 'chai';
import { elementTypeOf } from '../../src/common/dtype.js';
import type { ArrayValue, ArrayView, ChannelValue } from '../../src/common/values.js';
import { arrayValue, TypedScalar } from '../../src/common/values.js';
import type { BoundaryMode } from '../../src/processing/kernels.js';
import {
  type Axis,
  centerOfMass,
  findIndex,
  fitProfile,
  fullWidth,
  goodRegion,
} from '../../src/processing/profiles.js';
import { linearFit, quadraticFit } from '../../src/processing/reference/fits.js';
import { imageOf, toArrayValue, turnView } from '../../src/processing/views.js';
import {
  type ExpectedOutput,
  expectValue,
  inputArray,
  type VectorCase,
  vectorCases,
} from '../support/vectors.js';
import { implementations } from './support.js';

const input = (entry: VectorCase, name: string): ArrayValue => inputArray(entry, name) as ArrayValue;

/** The results by name, as they are expected. */
function expectOutputs(entry: VectorCase, actual: Record<string, ChannelValue>): void {
  for (const output of entry.expected.outputs as ExpectedOutput[]) {
    expect(actual, entry.id).to.have.property(output.name);
    expectValue(actual[output.name], output, entry.tolerance);
  }
}

for (const kernels of implementations) {
  describe(`processing: golden vectors of the basic quantities (${kernels.name})`, () => {
    for (const entry of vectorCases('profile')) {
      it(`${entry.id}: sums, minimum, maximum`, () => {
        const image = imageOf(input(entry, 'image'));
        const result = kernels.pass(image);
        if (result === null) throw new Error('no statistics');
        const type = elementTypeOf(image.data);
        expectOutputs(entry, {
          min_value: new TypedScalar(type, result.minimum),
          max_value: new TypedScalar(type, result.maximum),
          x_profile: arrayValue(result.xProfile),
          y_profile: arrayValue(result.yProfile),
          intensity: new TypedScalar(elementTypeOf(result.xProfile), result.intensity),
        });
      });
    }

    for (const entry of vectorCases('subtract_background')) {
      it(`${entry.id}: background subtraction`, () => {
        const image = imageOf(input(entry, 'image'));
        const background = imageOf(input(entry, 'background')) as ArrayView<Uint16Array>;
        const isSigned = entry.params.mode === 'signed';
        const destination = isSigned ? new Int32Array(image.data.length) : image.data.slice();
        const subtract = () =>
          kernels.pass(image, {
            background: kernels.convert(background, 'uint16') as ArrayView<Uint16Array>,
            backgroundMode: isSigned ? 'signed' : 'clamp',
            destination,
            statistics: false,
          });
        if ('raises' in entry.expected) {
          expect(subtract).to.throw(RangeError);
          return;
        }
        subtract();
        expectOutputs(entry, { image: arrayValue(destination, image.shape) });
      });
    }

    for (const entry of vectorCases('threshold')) {
      it(`${entry.id}: threshold`, () => {
        const image = imageOf(input(entry, 'image'));
        const threshold = entry.params.threshold as number;
        const destination = image.data.slice();
        kernels.pass(image, {
          threshold: threshold > 0 ? Math.trunc(threshold) : null,
          destination,
          statistics: false,
        });
        expectOutputs(entry, { image: arrayValue(destination, image.shape) });
      });
    }

    for (const entry of vectorCases('rotate')) {
      it(`${entry.id}: rotation`, () => {
        const image = imageOf(input(entry, 'image'));
        const { degrees, order, mode } = entry.params as { degrees: number; order: number; mode: string };
        const fill = Number(mode);
        const rotated =
          mode === 'ortho'
            ? turnView(image, Math.trunc(degrees / 90) % 4)
            : kernels.rotate(image, {
                angle: degrees,
                order,
                mode: Number.isNaN(fill) ? (mode as BoundaryMode) : 'constant',
                fill: Number.isNaN(fill) ? 0 : fill,
              });
        expectOutputs(entry, { image: toArrayValue(rotated) });
      });
    }

    for (const entry of vectorCases('gauss_fit')) {
      it(`${entry.id}: Gaussian fit, centre of mass, rms`, () => {
        const profile = input(entry, 'profile').data as BigInt64Array;
        const axis = input(entry, 'axis').data as Axis;
        const fit = fitProfile(kernels, profile, axis);
        const mass = centerOfMass(profile, axis, fit, entry.params.remove_outliers !== false);
        expectOutputs(entry, {
          gauss_function: arrayValue(fit.gaussFunction),
          offset: fit.offset,
          amplitude: fit.amplitude,
          center: fit.center,
          standard_deviation: fit.sigma,
          center_of_mass: mass.centerOfMass,
          rms: mass.rms,
        });
      });
    }

    for (const entry of vectorCases('full_width')) {
      it(`${entry.id}: full width`, () => {
        const profile = input(entry, 'profile').data as BigInt64Array;
        const axis = input(entry, 'axis').data as Axis;
        const threshold = entry.params.threshold as number | undefined;
        expectOutputs(entry, {
          full_width: fullWidth(axis, profile, threshold ?? 0.5, entry.params.interpolate !== false),
        });
      });
    }

    for (const entry of vectorCases('find_index')) {
      it(`${entry.id}: index on an axis`, () => {
        const axis = input(entry, 'axis').data as Axis;
        const indices = (entry.params.items as number[]).map((item) => findIndex(axis, item));
        expectOutputs(entry, Object.fromEntries(indices.map((value, index) => [`index_${index}`, value])));
      });
    }

    for (const entry of vectorCases('good_region')) {
      it(`${entry.id}: good region`, () => {
        const profile = input(entry, 'profile').data as BigInt64Array;
        const region = goodRegion(profile, entry.params.threshold as number, entry.params.gfscale as number);
        expect(region).to.deep.equal((entry.expected.outputs as ExpectedOutput[])[0]?.value);
      });
    }

    for (const entry of vectorCases('linear_fit')) {
      it(`${entry.id}: straight line`, () => {
        const line = linearFit(
          input(entry, 'x').data as Float64Array,
          input(entry, 'y').data as Float64Array,
        );
        if ('raises' in entry.expected) expect(line).to.equal(null);
        else expectOutputs(entry, { slope: line?.slope ?? null, offset: line?.offset ?? null });
      });
    }

    for (const entry of vectorCases('quadratic_fit')) {
      it(`${entry.id}: parabola`, () => {
        const parabola = quadraticFit(
          input(entry, 'x').data as Float64Array,
          input(entry, 'y').data as Float64Array,
        );
        if ('raises' in entry.expected) expect(parabola).to.equal(null);
        else expectOutputs(entry, { a: parabola?.a ?? null, b: parabola?.b ?? null, c: parabola?.c ?? null });
      });
    }
  });
}
