/** The fits of the addon; null when it is not loaded. */
import { loadAddon } from '../common/addon.js';
import type { FitResult, GaussianParameters, Kernels } from './kernels.js';

interface Addon {
  gaussianEstimate(profile: Float64Array, axis: Float64Array, output: Float64Array): void;
  /** Start values in `output[0..3]`; the result takes their place, then 1 or 0 for converged, then the evaluations. */
  gaussianFit(
    profile: Float64Array,
    axis: Float64Array,
    output: Float64Array,
    maximumEvaluations: number,
    functionTolerance: number,
    parameterTolerance: number,
  ): void;
}

const { addon } = loadAddon<Addon>();

/** Limits of the original's fits of profiles (`scipy.optimize.curve_fit` with 4 parameters). */
const MAXIMUM_EVALUATIONS = 1000;
const TOLERANCE = 1.49012e-8;

export const nativeFits: Pick<Kernels, 'gaussianFit' | 'gaussianFitFrom'> | null =
  addon === null
    ? null
    : {
        gaussianFit(profile, axis) {
          const output = new Float64Array(6);
          addon.gaussianEstimate(profile, axis, output);
          const data = new Float64Array(new Float32Array(profile));
          addon.gaussianFit(data, axis, output, MAXIMUM_EVALUATIONS, TOLERANCE, TOLERANCE);
          return toResult(output);
        },
        gaussianFitFrom(profile, axis, start, options) {
          const output = Float64Array.of(start.offset, start.amplitude, start.center, start.sigma, 0, 0);
          const { maximumEvaluations, functionTolerance, parameterTolerance } = options;
          addon.gaussianFit(profile, axis, output, maximumEvaluations, functionTolerance, parameterTolerance);
          return toResult(output);
        },
      };

function toResult(output: Float64Array): FitResult<GaussianParameters> {
  const [offset, amplitude, center, sigma, converged, evaluations] = output;
  return { parameters: { offset, amplitude, center, sigma }, converged: converged === 1, evaluations };
}
