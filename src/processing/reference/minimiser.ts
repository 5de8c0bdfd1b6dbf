/**
 * Least squares by Levenberg and Marquardt with the step control of MINPACK (J. J. Moré, "The Levenberg-Marquardt
 * algorithm: implementation and theory", 1978): scaling by column norms, a trust region, and the same tests for the end, so
 * that it finds the same minimum from the same start.
 */
import type { FitResult, MinimiserOptions } from '../kernels.js';

/** A model with its derivatives. */
export interface Model {
  /** Writes model minus data for each point into `residuals`. */
  residuals(parameters: Float64Array, residuals: Float64Array): void;
  /** Writes the derivatives, one row per parameter: `jacobian[j * points + i]`. */
  jacobian(parameters: Float64Array, jacobian: Float64Array): void;
}

const FACTOR = 100;
const EPSILON = 2.220446049250313e-16;
const SMALLEST = 2.2250738585072014e-308;

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

interface Factors {
  readonly columnNorms: Float64Array;
  /** Upper triangle, `r[i * n + j]`. */
  readonly r: Float64Array;
  readonly pivots: Int32Array;
  /** First n elements of Q transposed times the residuals. */
  readonly qtf: Float64Array;
}

/** QR with column pivoting by Householder reflections; `jacobian` is overwritten. */
function factorise(jacobian: Float64Array, m: number, n: number, residuals: Float64Array): Factors {
  const column = (j: number): Float64Array => jacobian.subarray(j * m, (j + 1) * m);
  const columnNorms = Float64Array.from({ length: n }, (_, j) => euclideanNorm(column(j)));
  const remaining = Float64Array.from(columnNorms);
  const pivots = Int32Array.from({ length: n }, (_, j) => j);
  const diagonal = new Float64Array(n);
  const rotated = Float64Array.from(residuals);
  for (let j = 0; j < n; j += 1) {
    let largest = j;
    for (let k = j; k < n; k += 1) if (remaining[k] > remaining[largest]) largest = k;
    if (largest !== j) {
      const copy = column(j).slice();
      column(j).set(column(largest));
      column(largest).set(copy);
      remaining[largest] = remaining[j];
      [pivots[j], pivots[largest]] = [pivots[largest], pivots[j]];
    }
    const a = column(j);
    let length = euclideanNorm(a.subarray(j));
    if (length !== 0) {
      if (a[j] < 0) length = -length;
      for (let i = j; i < m; i += 1) a[i] /= length;
      a[j] += 1;
      for (let k = j + 1; k < n; k += 1) {
        reflect(a, column(k), j, m);
        remaining[k] = euclideanNorm(column(k).subarray(j + 1));
      }
      reflect(a, rotated, j, m);
    }
    diagonal[j] = -length;
  }
  const r = new Float64Array(n * n);
  for (let j = 0; j < n; j += 1) {
    for (let i = 0; i < j; i += 1) r[i * n + j] = column(j)[i];
    r[j * n + j] = diagonal[j];
  }
  return { columnNorms, r, pivots, qtf: rotated.slice(0, n) };
}

function reflect(reflector: Float64Array, target: Float64Array, from: number, m: number): void {
  let sum = 0;
  for (let i = from; i < m; i += 1) sum += reflector[i] * target[i];
  const factor = sum / reflector[from];
  for (let i = from; i < m; i += 1) target[i] -= factor * reflector[i];
}

function gradientNorm(
  r: Float64Array,
  pivots: Int32Array,
  qtf: Float64Array,
  columnNorms: Float64Array,
  norm: number,
  n: number,
): number {
  if (norm === 0) return 0;
  let largest = 0;
  for (let j = 0; j < n; j += 1) {
    const length = columnNorms[pivots[j]];
    if (length === 0) continue;
    let sum = 0;
    for (let i = 0; i <= j; i += 1) sum += (r[i * n + j] * qtf[i]) / norm;
    largest = Math.max(largest, Math.abs(sum / length));
  }
  return largest;
}

/** Length of R times the permuted step. */
function linearNorm(r: Float64Array, pivots: Int32Array, step: Float64Array, n: number): number {
  const product = new Float64Array(n);
  for (let j = 0; j < n; j += 1) {
    for (let i = 0; i <= j; i += 1) product[i] += r[i * n + j] * step[pivots[j]];
  }
  return euclideanNorm(product);
}

/**
 * The step within the trust region and its damping (MINPACK's `lmpar`): the undamped step if it fits, else the damping for
 * which the scaled step is as long as the radius, to 10 %.
 */
function dampedStep(
  r: Float64Array,
  pivots: Int32Array,
  scale: Float64Array,
  qtf: Float64Array,
  radius: number,
  startLambda: number,
  n: number,
): { step: Float64Array; lambda: number } {
  let rank = n;
  for (let j = n - 1; j >= 0; j -= 1) if (r[j * n + j] === 0) rank = j;
  const solution = backSubstitute(r, qtf, rank, n);
  let step = permuted(solution, pivots, n);
  let length = scaledEuclideanNorm(scale, step);
  let excess = length - radius;
  if (excess <= 0.1 * radius) return { step, lambda: 0 };
  let lower = 0;
  if (rank === n) {
    const slope = squaredSlope(r, pivots, scale, step, length, n);
    lower = excess / radius / slope;
  }
  let sumOfSquares = 0;
  for (let j = 0; j < n; j += 1) {
    let sum = 0;
    for (let i = 0; i <= j; i += 1) sum += r[i * n + j] * qtf[i];
    sumOfSquares += (sum / scale[pivots[j]]) ** 2;
  }
  const gradient = Math.sqrt(sumOfSquares);
  let upper = gradient / radius || SMALLEST / Math.min(radius, 0.1);
  let lambda = Math.min(Math.max(startLambda, lower), upper);
  if (lambda === 0) lambda = gradient / length;
  for (let iteration = 1; ; iteration += 1) {
    if (lambda === 0) lambda = Math.max(SMALLEST, 0.001 * upper);
    const root = Math.sqrt(lambda);
    const damped = solveDamped(r, pivots, scale, qtf, root, n);
    step = damped.step;
    length = scaledEuclideanNorm(scale, step);
    const previous = excess;
    excess = length - radius;
    const isDone =
      Math.abs(excess) <= 0.1 * radius ||
      (lower === 0 && excess <= previous && previous < 0) ||
      iteration === 10;
    if (isDone) return { step, lambda };
    const slope = squaredSlope(damped.triangle, pivots, scale, step, length, n);
    const correction = excess / radius / slope;
    if (excess > 0) lower = Math.max(lower, lambda);
    if (excess < 0) upper = Math.min(upper, lambda);
    lambda = Math.max(lower, lambda + correction);
  }
}

/** Squared length of the solution of (triangle)^T y = scaled step / length. */
function squaredSlope(
  triangle: Float64Array,
  pivots: Int32Array,
  scale: Float64Array,
  step: Float64Array,
  length: number,
  n: number,
): number {
  const y = new Float64Array(n);
  for (let j = 0; j < n; j += 1) {
    const weight = scale[pivots[j]];
    let sum = weight * ((weight * step[pivots[j]]) / length);
    for (let i = 0; i < j; i += 1) sum -= triangle[i * n + j] * y[i];
    y[j] = sum / triangle[j * n + j];
  }
  return euclideanNorm(y) ** 2;
}

/** Least squares of the triangle with the damped diagonal below it (MINPACK's `qrsolv`), by Givens rotations. */
function solveDamped(
  r: Float64Array,
  pivots: Int32Array,
  scale: Float64Array,
  qtf: Float64Array,
  root: number,
  n: number,
): { step: Float64Array; triangle: Float64Array } {
  const s = Float64Array.from(r);
  const right = Float64Array.from(qtf);
  for (let j = 0; j < n; j += 1) {
    const row = new Float64Array(n);
    row[j] = root * scale[pivots[j]];
    if (row[j] === 0) continue;
    let rest = 0;
    for (let k = j; k < n; k += 1) {
      if (row[k] === 0) continue;
      const length = Math.hypot(s[k * n + k], row[k]);
      const cosine = s[k * n + k] / length;
      const sine = row[k] / length;
      for (let i = k; i < n; i += 1) {
        const upperElement = s[k * n + i];
        s[k * n + i] = cosine * upperElement + sine * row[i];
        row[i] = -sine * upperElement + cosine * row[i];
      }
      const element = right[k];
      right[k] = cosine * element + sine * rest;
      rest = -sine * element + cosine * rest;
    }
  }
  const diagonal = Float64Array.from({ length: n }, (_, j) => s[j * n + j]);
  const zero = diagonal.indexOf(0);
  const solution = backSubstitute(s, right, zero < 0 ? n : zero, n);
  return { step: permuted(solution, pivots, n), triangle: s };
}

function backSubstitute(triangle: Float64Array, right: Float64Array, rank: number, n: number): Float64Array {
  const solution = new Float64Array(n);
  solution.set(right.subarray(0, rank));
  for (let j = rank - 1; j >= 0; j -= 1) {
    solution[j] /= triangle[j * n + j];
    for (let i = 0; i < j; i += 1) solution[i] -= triangle[i * n + j] * solution[j];
  }
  return solution;
}

function permuted(solution: Float64Array, pivots: Int32Array, n: number): Float64Array {
  const step = new Float64Array(n);
  for (let j = 0; j < n; j += 1) step[pivots[j]] = solution[j];
  return step;
}

function euclideanNorm(vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i += 1) sum += vector[i] * vector[i];
  return Math.sqrt(sum);
}

function scaledEuclideanNorm(scale: Float64Array, vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i += 1) sum += (scale[i] * vector[i]) ** 2;
  return Math.sqrt(sum);
}
