/** Lengths of vectors. */

/** The square root of the sum of squares. */
export function euclideanNorm(vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i += 1) sum += vector[i] * vector[i];
  return Math.sqrt(sum);
}

/** Of the vector whose elements are multiplied by those of `scale`. */
export function scaledEuclideanNorm(scale: Float64Array, vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i += 1) sum += (scale[i] * vector[i]) ** 2;
  return Math.sqrt(sum);
}
