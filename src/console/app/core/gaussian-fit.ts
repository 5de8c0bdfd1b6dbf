/** A Gaussian with offset through a profile, for streams that bring no fit: Levenberg–Marquardt from the moments and from the peak. */
export interface GaussianFit {
  readonly offset: number;
  readonly amplitude: number;
  readonly mean: number;
  readonly standardDeviation: number;
  /** The function at the given places. */
  readonly curve: Float64Array;
}

const ROUNDS = 30;

/** @param places of the points; null when there is nothing to fit */
export function fitGaussian(places: ArrayLike<number>, values: ArrayLike<number>): GaussianFit | null {
  const count = Math.min(places.length, values.length);
  if (count < 5) return null;
  // noise spreads the moments: a start at the peak then finds what they miss
  const starts = [momentStart(places, values, count), ...peakStarts(places, values, count)];
  let best: { parameters: Parameters; error: number } | null = null;
  for (const start of starts) {
    const found = start === null ? null : descend(places, values, count, start);
    if (found !== null && (best === null || found.error < best.error)) best = found;
  }
  if (best === null) return null;
  const { parameters } = best;
  const [offset, amplitude, mean, standardDeviation] = parameters;
  const curve = Float64Array.from({ length: count }, (_, index) => gaussian(parameters, places[index]!));
  return { offset, amplitude, mean, standardDeviation: Math.abs(standardDeviation), curve };
}

function descend(
  places: ArrayLike<number>,
  values: ArrayLike<number>,
  count: number,
  start: Parameters,
): { parameters: Parameters; error: number } | null {
  let parameters = start;
  let [error, damping] = [squares(places, values, count, parameters), 1e-3];
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = step(places, values, count, parameters, damping);
    const nextError = next === null ? Number.POSITIVE_INFINITY : squares(places, values, count, next);
    if (next !== null && nextError < error) {
      const gain = (error - nextError) / error;
      parameters = next;
      error = nextError;
      damping /= 10;
      if (gain < 1e-8) break;
    } else {
      damping *= 10;
      if (damping > 1e8) break;
    }
  }
  return parameters.every(Number.isFinite) ? { parameters, error } : null;
}

type Parameters = [offset: number, amplitude: number, mean: number, standardDeviation: number];

function gaussian([offset, amplitude, mean, deviation]: Parameters, place: number): number {
  return offset + amplitude * Math.exp(-((place - mean) ** 2) / (2 * deviation * deviation));
}

function momentStart(places: ArrayLike<number>, values: ArrayLike<number>, count: number): Parameters | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < count; index += 1) {
    low = Math.min(low, values[index]!);
    high = Math.max(high, values[index]!);
  }
  if (!(high > low)) return null;
  // what is below a third of the height is noise for a starting point
  const floor = low + (high - low) / 3;
  let [weight, first, second] = [0, 0, 0];
  for (let index = 0; index < count; index += 1) {
    const part = Math.max(0, values[index]! - floor);
    weight += part;
    first += part * places[index]!;
    second += part * places[index]! ** 2;
  }
  const mean = first / weight;
  const spread = Math.sqrt(Math.max(second / weight - mean * mean, 0));
  const least = Math.abs(places[1]! - places[0]!) / 2;
  return [low, high - low, mean, Math.max(spread * 1.3, least)];
}

/** Shares of the profile that a peak is taken to be wide. */
const WIDTHS = [0.01, 0.06];

/** At the highest point of the profile, over its median. */
function peakStarts(places: ArrayLike<number>, values: ArrayLike<number>, count: number): Parameters[] {
  const sorted = Float64Array.from({ length: count }, (_, index) => values[index]!).sort();
  const [median, high] = [sorted[count >> 1]!, sorted[count - 1]!];
  if (!(high > median)) return [];
  let peak = 0;
  while (values[peak] !== high) peak += 1;
  const extent = Math.abs(places[count - 1]! - places[0]!);
  return WIDTHS.map((width) => [median, high - median, places[peak]!, extent * width]);
}

function squares(
  places: ArrayLike<number>,
  values: ArrayLike<number>,
  count: number,
  parameters: Parameters,
): number {
  let sum = 0;
  for (let index = 0; index < count; index += 1)
    sum += (values[index]! - gaussian(parameters, places[index]!)) ** 2;
  return sum;
}

function step(
  places: ArrayLike<number>,
  values: ArrayLike<number>,
  count: number,
  parameters: Parameters,
  damping: number,
): Parameters | null {
  const [, amplitude, mean, deviation] = parameters;
  const matrix = Array.from({ length: 4 }, () => new Float64Array(5));
  for (let index = 0; index < count; index += 1) {
    const distance = places[index]! - mean;
    const bell = Math.exp(-(distance * distance) / (2 * deviation * deviation));
    const slope = [
      1,
      bell,
      (amplitude * bell * distance) / deviation ** 2,
      (amplitude * bell * distance * distance) / deviation ** 3,
    ];
    const residual = values[index]! - gaussian(parameters, places[index]!);
    for (let row = 0; row < 4; row += 1) {
      for (let column = 0; column < 4; column += 1) matrix[row]![column]! += slope[row]! * slope[column]!;
      matrix[row]![4]! += slope[row]! * residual;
    }
  }
  for (let row = 0; row < 4; row += 1) matrix[row]![row]! *= 1 + damping;
  const change = solve(matrix);
  return change === null ? null : (parameters.map((value, index) => value + change[index]!) as Parameters);
}

/** Gauss with pivots; null for a singular matrix. */
function solve(matrix: Float64Array[]): number[] | null {
  const size = matrix.length;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1) {
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    }
    if (Math.abs(matrix[pivot]![column]!) < 1e-300) return null;
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    for (let row = 0; row < size; row += 1) {
      if (row === column) continue;
      const factor = matrix[row]![column]! / matrix[column]![column]!;
      for (let place = column; place <= size; place += 1)
        matrix[row]![place]! -= factor * matrix[column]![place]!;
    }
  }
  return matrix.map((row, index) => row[size]! / row[index]!);
}
