/** How far one iteration of the minimiser goes: the step within a trust region. */
import { euclideanNorm, scaledEuclideanNorm } from './norms.js';

const SMALLEST = 2.2250738585072014e-308;

/**
 * The step within the trust region and its damping (MINPACK's `lmpar`): the undamped step if it fits, else the damping for
 * which the scaled step is as long as the radius, to 10 %.
 */
export function dampedStep(
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
