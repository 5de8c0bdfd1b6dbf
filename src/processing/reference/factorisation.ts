/** The Jacobian as a product of a rotation and a triangle, and what can be read from that (MINPACK's `qrfac`). */
import { euclideanNorm } from './norms.js';

export interface Factors {
  readonly columnNorms: Float64Array;
  /** Upper triangle, `r[i * n + j]`. */
  readonly r: Float64Array;
  readonly pivots: Int32Array;
  /** First n elements of Q transposed times the residuals. */
  readonly qtf: Float64Array;
}

/** QR with column pivoting by Householder reflections; `jacobian` is overwritten. */
export function factorise(jacobian: Float64Array, m: number, n: number, residuals: Float64Array): Factors {
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

/** The largest cosine between the residuals and a column of the Jacobian; 0 at a minimum. */
export function gradientNorm(
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
export function linearNorm(r: Float64Array, pivots: Int32Array, step: Float64Array, n: number): number {
  const product = new Float64Array(n);
  for (let j = 0; j < n; j += 1) {
    for (let i = 0; i <= j; i += 1) product[i] += r[i * n + j] * step[pivots[j]];
  }
  return euclideanNorm(product);
}
