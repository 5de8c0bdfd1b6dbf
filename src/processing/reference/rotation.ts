/**
 * Rotation about the centre of the image with spline interpolation (M. Unser, "Splines: a perfect fit for signal and
 * image processing", 1999): recursive filters give the coefficients, centred B-splines the values in between.
 */
import { elementTypeOf, type TypedArray } from '../../common/dtype.js';
import type { BoundaryMode, Image, RotationOptions } from '../kernels.js';
import { allocateImage } from '../views.js';

const POLES: Record<number, readonly number[]> = {
  2: [Math.sqrt(8) - 3],
  3: [Math.sqrt(3) - 2],
  4: [
    Math.sqrt(664 - Math.sqrt(438976)) + Math.sqrt(304) - 19,
    Math.sqrt(664 + Math.sqrt(438976)) - Math.sqrt(304) - 19,
  ],
  5: [
    Math.sqrt(67.5 - Math.sqrt(4436.25)) + Math.sqrt(26.25) - 6.5,
    Math.sqrt(67.5 + Math.sqrt(4436.25)) - Math.sqrt(26.25) - 6.5,
  ],
};

/** `nearest` with coefficients needs room beyond the border, filled with the border's pixels. */
const NEAREST_MARGIN = 12;

type FilterRule = 'mirror' | 'reflect' | 'wrap';

interface Plane {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** See `Kernels.rotate`. */
export function rotate(image: Image, options: RotationOptions): Image {
  const [rows, columns] = image.shape;
  const { order, mode } = options;
  const margin = mode === 'nearest' && order > 1 ? NEAREST_MARGIN : 0;
  const plane = extended(image, margin);
  if (order > 1) filterPlane(plane, order, filterRule(mode));
  const radians = (options.angle * Math.PI) / 180;
  const isQuarter = options.angle % 90 === 0;
  const cosine = isQuarter ? Math.round(Math.cos(radians)) : Math.cos(radians);
  const sine = isQuarter ? Math.round(Math.sin(radians)) : Math.sin(radians);
  const centerY = (rows - 1) / 2;
  const centerX = (columns - 1) / 2;
  const shiftY = centerY - (cosine * centerY + sine * centerX);
  const shiftX = centerX - (-sine * centerY + cosine * centerX);
  const result = allocateImage(elementTypeOf(image.data), rows, columns);
  const store = converter(result.data);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      const y = cosine * i + sine * j + shiftY;
      const x = -sine * i + cosine * j + shiftX;
      store(i * columns + j, sample(plane, y, x, rows, columns, margin, options));
    }
  }
  return result;
}

function extended(image: Image, margin: number): Plane {
  const [height, width] = image.shape;
  const rows = height + 2 * margin;
  const columns = width + 2 * margin;
  const data = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    const from = image.offset + clamp(row - margin, height) * image.stride[0];
    for (let column = 0; column < columns; column += 1) {
      data[row * columns + column] = Number(
        image.data[from + clamp(column - margin, width) * image.stride[1]],
      );
    }
  }
  return { data, rows, columns };
}

const clamp = (index: number, length: number): number => Math.min(Math.max(index, 0), length - 1);

function filterRule(mode: BoundaryMode): FilterRule {
  if (mode === 'constant' || mode === 'mirror' || mode === 'wrap') return 'mirror';
  return mode === 'grid-wrap' ? 'wrap' : 'reflect';
}

function filterPlane({ data, rows, columns }: Plane, order: number, rule: FilterRule): void {
  const line = new Float64Array(Math.max(rows, columns));
  for (let row = 0; row < rows; row += 1)
    filterLine(data.subarray(row * columns, (row + 1) * columns), order, rule);
  const vertical = line.subarray(0, rows);
  for (let column = 0; column < columns; column += 1) {
    for (let row = 0; row < rows; row += 1) vertical[row] = data[row * columns + column];
    filterLine(vertical, order, rule);
    for (let row = 0; row < rows; row += 1) data[row * columns + column] = vertical[row];
  }
}

function filterLine(c: Float64Array, order: number, rule: FilterRule): void {
  const n = c.length;
  if (n < 2) return;
  const poles = POLES[order];
  const gain = poles.reduce((product, z) => product * (1 - z) * (1 - 1 / z), 1);
  for (let i = 0; i < n; i += 1) c[i] *= gain;
  for (const z of poles) {
    c[0] = causalStart(c, z, rule);
    for (let i = 1; i < n; i += 1) c[i] += z * c[i - 1];
    c[n - 1] = anticausalStart(c, z, rule);
    for (let i = n - 2; i >= 0; i -= 1) c[i] = z * (c[i + 1] - c[i]);
  }
}

function causalStart(c: Float64Array, z: number, rule: FilterRule): number {
  const n = c.length;
  let power = z;
  if (rule === 'mirror') {
    const last = z ** (n - 1);
    let sum = c[0] + last * c[n - 1];
    for (let i = 1; i < n - 1; i += 1, power *= z) sum += power * (c[i] + last * c[n - 1 - i]);
    return sum / (1 - z ** (2 * n - 2));
  }
  if (rule === 'wrap') {
    let sum = c[0];
    for (let i = 1; i < n; i += 1, power *= z) sum += power * c[n - i];
    return sum / (1 - power);
  }
  const whole = z ** n;
  const first = c[0];
  let sum = c[0] + whole * c[n - 1];
  for (let i = 1; i < n; i += 1, power *= z)
    sum += power * (c[i] + whole * (i === n - 1 ? sum : c[n - 1 - i]));
  return first + (sum * z) / (1 - z ** (2 * n));
}

function anticausalStart(c: Float64Array, z: number, rule: FilterRule): number {
  const n = c.length;
  if (rule === 'mirror') return ((z * c[n - 2] + c[n - 1]) * z) / (z * z - 1);
  if (rule === 'reflect') return (c[n - 1] * z) / (z - 1);
  let power = z;
  let sum = c[n - 1];
  for (let i = 0; i < n - 1; i += 1, power *= z) sum += power * c[i];
  return (sum * z) / (power - 1);
}

function sample(
  plane: Plane,
  y: number,
  x: number,
  rows: number,
  columns: number,
  margin: number,
  { order, mode, fill }: RotationOptions,
): number {
  const isOutside = y < 0 || y > rows - 1 || x < 0 || x > columns - 1;
  if (mode === 'constant' && isOutside) return fill;
  // with a margin the coordinates refer to the extended plane
  const row = foldCoordinate(y + margin, margin > 0 ? plane.rows : rows, mode);
  const column = foldCoordinate(x + margin, margin > 0 ? plane.columns : columns, mode);
  const rowWeights = splineWeights(row, order);
  const columnWeights = splineWeights(column, order);
  let sum = 0;
  for (let i = 0; i <= order; i += 1) {
    const at = foldIndex(rowWeights.first + i, plane.rows, mode) * plane.columns;
    let line = 0;
    for (let j = 0; j <= order; j += 1) {
      line +=
        columnWeights.weights[j] * plane.data[at + foldIndex(columnWeights.first + j, plane.columns, mode)];
    }
    sum += rowWeights.weights[i] * line;
  }
  return sum;
}

/** Brings a coordinate into [0, n - 1] as the boundary rule says. */
function foldCoordinate(t: number, n: number, mode: BoundaryMode): number {
  if (n === 1) return 0;
  switch (mode) {
    case 'nearest':
      return Math.min(Math.max(t, 0), n - 1);
    case 'mirror': {
      const period = 2 * n - 2;
      const phase = ((t % period) + period) % period;
      return phase > n - 1 ? period - phase : phase;
    }
    case 'reflect':
    case 'grid-mirror': {
      const period = 2 * n;
      const phase = (((t + 0.5) % period) + period) % period;
      return (phase > n ? period - phase : phase) - 0.5;
    }
    case 'wrap':
      if (t < 0) return t + (n - 1) * (Math.trunc(-t / (n - 1)) + 1);
      return t > n - 1 ? t - (n - 1) * Math.trunc(t / (n - 1)) : t;
    case 'grid-wrap':
      return ((t % n) + n) % n;
    default:
      return t;
  }
}

/** Indices of the support that lie outside are folded by the rule of the coefficients. */
function foldIndex(index: number, n: number, mode: BoundaryMode): number {
  if (index >= 0 && index < n) return index;
  if (n === 1) return 0;
  const rule = mode === 'nearest' ? 'nearest' : filterRule(mode);
  if (rule === 'nearest') return clamp(index, n);
  if (rule === 'wrap') return ((index % n) + n) % n;
  const period = rule === 'mirror' ? 2 * n - 2 : 2 * n;
  const phase = ((index % period) + period) % period;
  return phase < n ? phase : period - (rule === 'mirror' ? 0 : 1) - phase;
}

/** First index of the support of a coordinate, and the weights of its order + 1 points. */
function splineWeights(t: number, order: number): { first: number; weights: number[] } {
  const first = order % 2 === 1 ? Math.floor(t) - (order - 1) / 2 : Math.floor(t + 0.5) - order / 2;
  const weights = Array.from({ length: order + 1 }, (_, i) => basis(t - first - i, order));
  return { first, weights };
}

/** The centred cardinal B-spline, by its sum of truncated powers. */
function basis(t: number, degree: number): number {
  const distance = Math.abs(t);
  const half = (degree + 1) / 2;
  let sum = 0;
  let binomial = 1;
  for (let k = 0; k <= degree + 1; k += 1) {
    const base = half - distance - k;
    if (base > 0) sum += (k % 2 === 0 ? 1 : -1) * binomial * base ** degree;
    binomial = (binomial * (degree + 1 - k)) / (k + 1);
  }
  let factorial = 1;
  for (let k = 2; k <= degree; k += 1) factorial *= k;
  return sum / factorial;
}

/** Integers are rounded half away from zero and saturate. */
function converter(data: TypedArray): (at: number, value: number) => void {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    return (at, value) => {
      data[at] = value;
    };
  }
  const bits = data.BYTES_PER_ELEMENT * 8;
  const isUnsigned = /^(Big)?Uint/.test(data.constructor.name);
  const maximum = 2 ** (isUnsigned ? bits : bits - 1) - 1;
  const minimum = isUnsigned ? 0 : -(2 ** (bits - 1));
  const isWide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  return (at, value) => {
    const rounded = Math.trunc(value + Math.sign(value) * 0.5);
    const limited = Math.min(Math.max(rounded, minimum), maximum) || 0;
    data[at] = (isWide ? saturatedWide(limited, bits, isUnsigned) : limited) as never;
  };
}

function saturatedWide(value: number, bits: number, isUnsigned: boolean): bigint {
  const maximum = 2n ** BigInt(isUnsigned ? bits : bits - 1) - 1n;
  const whole = BigInt(value);
  return whole > maximum ? maximum : whole;
}
