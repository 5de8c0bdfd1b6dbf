/**
 * Least squares by Levenberg and Marquardt with the step control of MINPACK (J. J. Moré, "The Levenberg-Marquardt
 * algorithm: implementation and theory", 1978): scaling by column norms, a trust region, and the same tests for the end, so
 * that it finds the same minimum from the same start.
 */
import type { FitResult, MinimiserOptions } from '../kernels.js';
import { dampedStep } from './damped-step.js';
import { factorise, gradientNorm, linearNorm } from './factorisation.js';
import { euclideanNorm, scaledEuclideanNorm } from './norms.js';

/** A model with its derivatives. */
export interface Model {
  /** Writes model minus data for each point into `residuals`. */
  residuals(parameters: Float64Array, residuals: Float64Array): void;
  /** Writes the derivatives, one row per parameter: `jacobian[j * points + i]`. */
  jacobian(parameters: Float64Array, jacobian: Float64Array): void;
}

const FACTOR = 100;
const EPSILON = 2.220446049250313e-16;

/**
 * @returns the parameters, or the start values when there are fewer points than parameters, when numbers are not finite, or
 *   when the limit of evaluations is reached.
 */
export function minimise(
  model: Model,
  points: number,
  start: readonly number[],
  options: MinimiserOptions,
): FitResult<Float64Array> {
  const n = start.length;
  const x = Float64Array.from(start);
  const failure = (evaluations: number): FitResult<Float64Array> => ({
    parameters: Float64Array.from(start),
    converged: false,
    evaluations,
  });
  if (points < n || x.some((value) => !Number.isFinite(value))) return failure(0);
  const residuals = new Float64Array(points);
  const trialResiduals = new Float64Array(points);
  const jacobian = new Float64Array(points * n);
  const scale = new Float64Array(n);
  model.residuals(x, residuals);
  let evaluations = 1;
  let norm = euclideanNorm(residuals);
  if (!Number.isFinite(norm)) return failure(evaluations);
  let lambda = 0;
  let radius = 0;
  let scaledNorm = 0;
  for (let iteration = 1; ; iteration += 1) {
    model.jacobian(x, jacobian);
    if (options.countDerivatives) evaluations += n;
    const { columnNorms, r, pivots, qtf } = factorise(jacobian, points, n, residuals);
    if (iteration === 1) {
      for (let j = 0; j < n; j += 1) scale[j] = columnNorms[j] === 0 ? 1 : columnNorms[j];
      scaledNorm = scaledEuclideanNorm(scale, x);
      radius = FACTOR * scaledNorm || FACTOR;
    }
    const gradient = gradientNorm(r, pivots, qtf, columnNorms, norm, n);
    if (gradient <= 0) return { parameters: x, converged: true, evaluations };
    for (let j = 0; j < n; j += 1) scale[j] = Math.max(scale[j], columnNorms[j]);
    for (;;) {
      const damped = dampedStep(r, pivots, scale, qtf, radius, lambda, n);
      lambda = damped.lambda;
      const trial = x.map((value, j) => value - damped.step[j]);
      const stepNorm = scaledEuclideanNorm(scale, damped.step);
      if (iteration === 1) radius = Math.min(radius, stepNorm);
      model.residuals(trial, trialResiduals);
      evaluations += 1;
      const trialNorm = euclideanNorm(trialResiduals);
      const actual = 0.1 * trialNorm < norm ? 1 - (trialNorm / norm) ** 2 : -1;
      const linear = linearNorm(r, pivots, damped.step, n) / norm;
      const dampedPart = (Math.sqrt(lambda) * stepNorm) / norm;
      const predicted = linear ** 2 + dampedPart ** 2 / 0.5;
      const direction = -(linear ** 2 + dampedPart ** 2);
      const ratio = predicted === 0 ? 0 : actual / predicted;
      if (ratio <= 0.25) {
        let shrink = actual >= 0 ? 0.5 : (0.5 * direction) / (direction + 0.5 * actual);
        if (0.1 * trialNorm >= norm || shrink < 0.1) shrink = 0.1;
        radius = shrink * Math.min(radius, stepNorm / 0.1);
        lambda /= shrink;
      } else if (lambda === 0 || ratio >= 0.75) {
        radius = stepNorm / 0.5;
        lambda *= 0.5;
      }
      if (ratio >= 1e-4) {
        x.set(trial);
        residuals.set(trialResiduals);
        scaledNorm = scaledEuclideanNorm(scale, x);
        norm = trialNorm;
      }
      const isFlat = (tolerance: number): boolean =>
        Math.abs(actual) <= tolerance && predicted <= tolerance && 0.5 * ratio <= 1;
      if (isFlat(options.functionTolerance) || radius <= options.parameterTolerance * scaledNorm) {
        return { parameters: x, converged: true, evaluations };
      }
      const isStuck = isFlat(EPSILON) || radius <= EPSILON * scaledNorm || gradient <= EPSILON;
      if (evaluations >= options.maximumEvaluations || isStuck || !Number.isFinite(radius)) {
        return failure(evaluations);
      }
      if (ratio >= 1e-4) break;
    }
  }
}
