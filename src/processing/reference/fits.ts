/** The models that are fitted, with their derivatives. */
import {
  type Axis,
  type FitResult,
  type GaussianParameters,
  type MinimiserOptions,
  PROFILE_FIT,
  type Profile,
} from '../kernels.js';
import { toDoubles } from '../profiles.js';
import { type Model, minimise } from './minimiser.js';

/** Start values of a Gaussian: minimum, height, first highest point, and the width that gives the same area. */
export function estimateGaussian(profile: Float64Array, axis: Float64Array): GaussianParameters {
  const { minimum, maximum, index } = extremes(profile);
  const amplitude = maximum - minimum;
  let area = 0;
  for (let i = 0; i + 1 < profile.length; i += 1) {
    area += ((axis[i + 1] - axis[i]) * (profile[i] - minimum + (profile[i + 1] - minimum))) / 2;
  }
  // NaN is unequal to 0 and therefore passes into the quotient, as in NumPy
  const sigma = amplitude !== 0 ? area / (amplitude * Math.sqrt(2 * Math.PI)) : 1;
  return { offset: minimum, amplitude, center: axis[index], sigma };
}

/** NaN wins both, and its first position counts, as in NumPy. */
function extremes(profile: Float64Array): { minimum: number; maximum: number; index: number } {
  let minimum = profile[0];
  let maximum = profile[0];
  let index = 0;
  for (let i = 0; i < profile.length; i += 1) {
    if (Number.isNaN(profile[i])) return { minimum: Number.NaN, maximum: Number.NaN, index: i };
    if (profile[i] < minimum) minimum = profile[i];
    if (profile[i] > maximum) {
      maximum = profile[i];
      index = i;
    }
  }
  return { minimum, maximum, index };
}

function gaussianModel(data: Float64Array, axis: Float64Array): Model {
  return {
    residuals([offset, amplitude, center, sigma], residuals) {
      for (let i = 0; i < data.length; i += 1) {
        const distance = axis[i] - center;
        residuals[i] = offset + amplitude * Math.exp(-(distance * distance) / (2 * sigma * sigma)) - data[i];
      }
    },
    jacobian([, amplitude, center, sigma], jacobian) {
      const m = data.length;
      for (let i = 0; i < m; i += 1) {
        const distance = axis[i] - center;
        const bell = Math.exp(-(distance * distance) / (2 * sigma * sigma));
        jacobian[i] = 1;
        jacobian[m + i] = bell;
        jacobian[2 * m + i] = (amplitude * bell * distance) / (sigma * sigma);
        jacobian[3 * m + i] = (amplitude * bell * distance * distance) / (sigma * sigma * sigma);
      }
    },
  };
}

/** See `Kernels.gaussianFit`. */
export function gaussianFit(profile: Profile | BigUint64Array, axis: Axis): FitResult<GaussianParameters> {
  const points = toDoubles(profile);
  const positions = Float64Array.from(axis);
  const data = Float64Array.from(points, Math.fround);
  return gaussianFitFrom(data, positions, estimateGaussian(points, positions), PROFILE_FIT);
}

/** See `Kernels.gaussian`. */
export function gaussian(axis: Axis, { offset, amplitude, center, sigma }: GaussianParameters): Axis {
  return axis.map(
    (x: number) => offset + amplitude * Math.exp(-((x - center) ** 2) / (2 * sigma ** 2)),
  ) as Axis;
}

/** See `Kernels.gaussianFitFrom`. */
export function gaussianFitFrom(
  profile: Float64Array,
  axis: Float64Array,
  start: GaussianParameters,
  options: MinimiserOptions,
): FitResult<GaussianParameters> {
  const values = [start.offset, start.amplitude, start.center, start.sigma];
  const fit = minimise(gaussianModel(profile, axis), profile.length, values, options);
  const [offset, amplitude, center, sigma] = fit.parameters;
  return { ...fit, parameters: { offset, amplitude, center, sigma } };
}

/** Polynomial of any degree, highest coefficient first, from start values 1. */
function polynomialFit(x: Float64Array, y: Float64Array, degree: number): FitResult<Float64Array> {
  const count = degree + 1;
  const model: Model = {
    residuals(coefficients, residuals) {
      for (let i = 0; i < x.length; i += 1) {
        let value = 0;
        for (let k = 0; k < count; k += 1) value = value * x[i] + coefficients[k];
        residuals[i] = value - y[i];
      }
    },
    jacobian(_, jacobian) {
      for (let k = 0; k < count; k += 1) {
        for (let i = 0; i < x.length; i += 1) jacobian[k * x.length + i] = x[i] ** (degree - k);
      }
    },
  };
  const options = {
    maximumEvaluations: 200 * (count + 1),
    countDerivatives: true,
    functionTolerance: PROFILE_FIT.functionTolerance,
    parameterTolerance: PROFILE_FIT.parameterTolerance,
  };
  return minimise(model, x.length, new Array<number>(count).fill(1), options);
}

/** y = slope x + offset. Null when the points do not determine a line. */
export function linearFit(x: Float64Array, y: Float64Array): { slope: number; offset: number } | null {
  const { parameters, converged } = polynomialFit(x, y, 1);
  return converged ? { slope: parameters[0], offset: parameters[1] } : null;
}

/** y = a x² + b x + c. Null when the points do not determine a parabola. */
export function quadraticFit(x: Float64Array, y: Float64Array): { a: number; b: number; c: number } | null {
  const { parameters, converged } = polynomialFit(x, y, 2);
  return converged ? { a: parameters[0], b: parameters[1], c: parameters[2] } : null;
}
