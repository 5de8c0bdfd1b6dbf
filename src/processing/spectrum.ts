/** Quantities of a spectrum: the fit of its peak, centre and width. */
import type { GaussianParameters, Kernels } from './kernels.js';

type Spectrum = Float32Array | Float64Array;

export interface PeakFitOptions {
  /** Start values to use instead of the estimated ones. */
  readonly start?: Partial<GaussianParameters>;
  /** Evaluations of the model. Default 1000. */
  readonly maximumEvaluations?: number;
  /** True: the start values are the result. */
  readonly skip?: boolean;
}

const TOLERANCE = 1.49012e-8;

/**
 * Fits a Gaussian. Estimated start values: minimum, height, mean position weighted with the values as they are, and the
 * width that gives the same area. Without convergence the start values are the result. Sigma is positive.
 */
export function fitPeak(
  kernels: Kernels,
  spectrum: Float64Array,
  axis: Float64Array,
  { start: given = {}, maximumEvaluations = 1000, skip = false }: PeakFitOptions = {},
): GaussianParameters {
  const start = estimatePeak(spectrum, axis, given);
  const { parameters } = skip
    ? { parameters: start }
    : kernels.gaussianFitFrom(spectrum, axis, start, {
        maximumEvaluations,
        countDerivatives: false,
        functionTolerance: TOLERANCE,
        parameterTolerance: TOLERANCE,
      });
  return { ...parameters, sigma: Math.abs(parameters.sigma) };
}

function estimatePeak(
  spectrum: Float64Array,
  axis: Float64Array,
  given: Partial<GaussianParameters>,
): GaussianParameters {
  const { minimum, maximum } = range(spectrum);
  const { offset = minimum, amplitude = maximum - minimum, center = weightedMean(spectrum, axis) } = given;
  let area = 0;
  for (let i = 0; i + 1 < spectrum.length; i += 1) {
    area += ((axis[i + 1] - axis[i]) * (spectrum[i] - offset + spectrum[i + 1] - offset)) / 2;
  }
  const { sigma = area / (amplitude * Math.sqrt(2 * Math.PI)) } = given;
  return { offset, amplitude, center, sigma };
}

/** Smallest and largest value; NaN when one is NaN. */
export function range(values: Spectrum): { minimum: number; maximum: number } {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
  }
  return { minimum, maximum };
}

/** Every second value, in doubles. */
export function everySecond(values: Spectrum): Float64Array {
  return Float64Array.from({ length: Math.ceil(values.length / 2) }, (_, index) => values[2 * index]);
}

/** Centre and standard deviation with the values as weights; the latter is not a number when they give a negative variance. */
export function spectrumMoments(
  spectrum: Spectrum,
  axis: Spectrum,
): { centerOfMass: number; standardDeviation: number } {
  const centerOfMass = weightedMean(spectrum, axis);
  const squares = Float64Array.from(axis, (position) => (position - centerOfMass) ** 2);
  return { centerOfMass, standardDeviation: Math.sqrt(weightedMean(spectrum, squares)) };
}

function weightedMean(weights: Spectrum, values: Spectrum): number {
  let total = 0;
  let product = 0;
  for (let i = 0; i < weights.length; i += 1) {
    total += weights[i];
    product += weights[i] * values[i];
  }
  return product / total;
}
