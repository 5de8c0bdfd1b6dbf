/**
 * The operations on pixels and profiles that exist twice: in C++ (`native.ts`) and in plain TypeScript (`reference/`).
 * Everything above them (steps, functions, channel order) is written once against this interface.
 */
import type { ElementType, NumericType, TypedArray } from '../common/dtype.js';
import type { ArrayView } from '../common/values.js';

/** A view `[row, column]`, row = y and column = x; so that cropping copies nothing. */
export type Image = ArrayView<TypedArray>;

/** Sums over rows or columns: int64 for all integer images, the image's own type for floats. */
export type Profile = BigInt64Array | Float32Array | Float64Array;

export type Axis = Float32Array | Float64Array;

export interface PassOptions {
  /** Same shape as the image. */
  readonly background?: ArrayView<Uint16Array> | null;
  /** `clamp`: max(pixel - background, 0) in the image's type; `signed`: int32 difference. */
  readonly backgroundMode?: 'clamp' | 'signed';
  /** Pixels below become 0; a whole number. Null or absent: no threshold. */
  readonly threshold?: number | null;
  /**
   * Receives the resulting pixels, row-major without gaps. May be the image's own data (in place), may lie in a
   * SharedArrayBuffer. Element type: the image's, or int32 for `signed`. Absent: pixels are not stored.
   */
  readonly destination?: TypedArray | null;
  /** False: only the pixels are wanted, the result is null. Default true. */
  readonly statistics?: boolean;
}

/** Quantities of the resulting pixels (after background and threshold), see `processing.md` section 5 for types. */
export interface PassResult {
  /** NaN pixels are ignored; all NaN gives NaN. */
  readonly minimum: number | bigint;
  readonly maximum: number | bigint;
  /** Column sums, one per column. */
  readonly xProfile: Profile;
  /** Row sums, one per row. */
  readonly yProfile: Profile;
  readonly intensity: number | bigint;
}

export interface GaussianParameters {
  readonly offset: number;
  readonly amplitude: number;
  readonly center: number;
  readonly sigma: number;
}

export interface FitResult<P> {
  readonly parameters: P;
  /** False: the minimiser failed, and `parameters` are the start values. */
  readonly converged: boolean;
  /** Model evaluations, difference evaluations included. */
  readonly evaluations: number;
}

export interface MinimiserOptions {
  /** Limit of model evaluations. */
  readonly maximumEvaluations: number;
  /**
   * True: an evaluation of the derivatives counts as many model evaluations as there are parameters, as if they were taken by
   * differences (MINPACK `lmdif`). False: it does not count (`lmder`).
   */
  readonly countDerivatives: boolean;
  readonly functionTolerance: number;
  readonly parameterTolerance: number;
}

/** Limits of fits of profiles: those of `scipy.optimize.curve_fit` with four parameters. */
export const PROFILE_FIT: MinimiserOptions = {
  maximumEvaluations: 1000,
  countDerivatives: true,
  functionTolerance: 1.49012e-8,
  parameterTolerance: 1.49012e-8,
};

/** Boundary rules of `rotate`; `constant` fills with `fill`. */
export type BoundaryMode =
  | 'constant'
  | 'nearest'
  | 'mirror'
  | 'reflect'
  | 'wrap'
  | 'grid-wrap'
  | 'grid-mirror'
  | 'grid-constant';

export interface RotationOptions {
  /** Degrees. */
  readonly angle: number;
  /** Degree of the spline, 1 to 5. */
  readonly order: number;
  readonly mode: BoundaryMode;
  readonly fill: number;
}

/**
 * All implementations give the same integers and, for floats, results that differ by rounding. Views may have any strides, also
 * negative ones, and lie in shared memory. Errors: TypeError for arrays of a wrong type, RangeError for views that reach beyond their
 * data and for arrays of a wrong length.
 */
export interface Kernels {
  readonly name: 'native' | 'reference';

  /**
   * One pass over the image `[rows, columns]` of any of `IMAGE_TYPES`: background, threshold, minimum, maximum, both profiles.
   * @returns null when no statistics were asked for
   */
  pass(image: Image, options?: PassOptions): PassResult | null;

  /**
   * Block sums (clipped to 0..65535) or means (truncated, clipped) as uint16; surplus rows and columns are cut.
   * @returns `[floor(rows / binningY), floor(columns / binningX)]`
   */
  bin(image: Image, binningX: number, binningY: number, mean: boolean): ArrayView<Uint16Array>;

  /**
   * Rotation about the centre by spline interpolation (M. Unser, "Splines: a perfect fit for signal and image processing", IEEE
   * Signal Processing Magazine 16 (6), 1999), with unchanged shape and type. Integers are rounded half away from zero and saturate.
   */
  rotate(image: Image, options: RotationOptions): Image;

  /** image * scale, then + offset; each null leaves the step out. Integer results wrap in the result type. */
  scaleOffset(
    image: Image,
    scale: { readonly value: number; readonly type: NumericType } | null,
    offset: { readonly value: number; readonly type: NumericType } | null,
  ): Image;

  /** Converts the pixels to another type by truncation with wrapping (integers) into a row-major copy. */
  convert(image: Image, type: NumericType): Image;

  /** sum[i] += pixel[i]; `sum` is row-major and as long as the image has pixels. */
  accumulate(sum: Float64Array | Float32Array, image: Image): void;

  /**
   * Gaussian by the method of Levenberg and Marquardt with the step control of MINPACK (J. J. Moré, "The Levenberg-Marquardt
   * algorithm: implementation and theory", 1978) and the limits of `PROFILE_FIT`. Parameters are in units of profile and axis. Start
   * values come from the profile; for the fit itself it is rounded to float32. A failed fit gives the start values. Profile and
   * axis are equally long and not empty.
   */
  gaussianFit(profile: Profile | BigUint64Array, axis: Axis): FitResult<GaussianParameters>;

  /** The same minimiser from given start values; neither profile nor axis is rounded. */
  gaussianFitFrom(
    profile: Float64Array,
    axis: Float64Array,
    start: GaussianParameters,
    options: MinimiserOptions,
  ): FitResult<GaussianParameters>;

  /** offset + amplitude exp(-(x - center)² / (2 sigma²)) at each point of the axis, in the type of the axis. */
  gaussian(axis: Axis, parameters: GaussianParameters): Axis;

  /** Looks each pixel up in a table of 256 RGBA colours: index trunc(256 v), NaN transparent (`processing.md` 11). */
  colorize(normalised: Float64Array, table: Uint8Array): Uint8Array;
}

/** Element types that images may have. */
export const IMAGE_TYPES: readonly ElementType[] = [
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float32',
  'float64',
];
