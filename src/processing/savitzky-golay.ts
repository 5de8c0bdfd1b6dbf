/**
 * Smoothing by Savitzky and Golay (Analytical Chemistry 36, 1964): a cubic is fitted to each window of points, and its value in
 * the middle taken; at both ends the cubic of the outermost window is evaluated.
 */
import { CamServerError } from '../common/errors.js';

type Spectrum = Float32Array | Float64Array;

/**
 * @param window odd number of points; computed in 64 bits, returned in the type of `values`
 * @throws CamServerError `TOO_NARROW` when there are fewer points than the window has
 */
export function smooth<T extends Spectrum>(values: T, window = 51): T {
  const length = values.length;
  if (length < window) {
    throw new CamServerError(
      'TOO_NARROW',
      "If mode is 'interp', window_length must be less than or equal to the size of x.",
    );
  }
  const half = (window - 1) / 2;
  const basis = cubicBasis(half);
  const weights = middleWeights(basis, window);
  const result = new (values.constructor as { new (length: number): T })(length);
  for (let at = half; at < length - half; at += 1) {
    let sum = 0;
    for (let k = 0; k < window; k += 1) sum += weights[k] * values[at - half + k];
    result[at] = sum;
  }
  const first = fitCubic(basis, values.subarray(0, window));
  const last = fitCubic(basis, values.subarray(length - window));
  for (let t = 1; t <= half; t += 1) {
    result[half - t] = evaluate(basis, first, half - t);
    result[length - 1 - half + t] = evaluate(basis, last, half + t);
  }
  return result;
}

/** Polynomials of degree 0 to 3 that are orthogonal on the whole numbers from -half to half; one array each. */
function cubicBasis(half: number): Float64Array[] {
  const t = Float64Array.from({ length: 2 * half + 1 }, (_, index) => index - half);
  const moment = (power: number): number => t.reduce((sum, value) => sum + value ** power, 0);
  const meanSquare = moment(2) / t.length;
  const ratio = moment(4) / moment(2);
  return [
    t.map(() => 1),
    t,
    t.map((value) => value ** 2 - meanSquare),
    t.map((value) => value ** 3 - ratio * value),
  ];
}

/** Coefficients of the best cubic. */
function fitCubic(basis: readonly Float64Array[], values: Spectrum): number[] {
  return basis.map((polynomial) => {
    let product = 0;
    let norm = 0;
    for (let index = 0; index < polynomial.length; index += 1) {
      product += polynomial[index] * values[index];
      norm += polynomial[index] ** 2;
    }
    return product / norm;
  });
}

function evaluate(basis: readonly Float64Array[], coefficients: readonly number[], index: number): number {
  return basis.reduce((sum, polynomial, degree) => sum + coefficients[degree] * polynomial[index], 0);
}

/** What each point of a window contributes to the value in its middle. */
function middleWeights(basis: readonly Float64Array[], window: number): Float64Array {
  const middle = (window - 1) / 2;
  return Float64Array.from({ length: window }, (_, index) =>
    basis.reduce((sum, polynomial) => {
      const norm = polynomial.reduce((total, value) => total + value ** 2, 0);
      return sum + (polynomial[index] * polynomial[middle]) / norm;
    }, 0),
  );
}
