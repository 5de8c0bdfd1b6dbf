/**
 * The kernels of the addon. It writes into typed arrays that are allocated here, and checks every argument again: a wrong type
 * is a TypeError, a wrong shape, stride or length a RangeError, whatever the caller does.
 */
import { loadAddon } from '../common/addon.js';
import { allocateElements, elementTypeOf, type NumericType, type TypedArray } from '../common/dtype.js';
import type {
  BoundaryMode,
  FitResult,
  GaussianParameters,
  Image,
  Kernels,
  MinimiserOptions,
  PassOptions,
  PassResult,
  Profile,
  RotationOptions,
} from './kernels.js';
import { PROFILE_FIT } from './kernels.js';
import { referenceKernels } from './reference/index.js';
import { allocateImage, viewOf } from './views.js';

type ViewArguments = [
  data: TypedArray,
  offset: number,
  rows: number,
  columns: number,
  rowStride: number,
  columnStride: number,
];
type OptionArguments = [
  maximumEvaluations: number,
  countDerivatives: boolean,
  functionTolerance: number,
  parameterTolerance: number,
];

/** What `native/pass.cc`, `native/fits.cc` and `native/pixels.cc` export. */
interface Addon {
  instructions(): string;
  pass(
    ...args: [
      ...ViewArguments,
      ...(ViewArguments | [null, null, null, null, null, null]),
      signed: boolean,
      threshold: number | null,
      destination: TypedArray | null,
      columnSums: Profile | null,
      rowSums: Profile | null,
      scalars: Float64Array,
    ]
  ): void;
  bin(
    ...args: [...ViewArguments, binningX: number, binningY: number, mean: boolean, destination: Uint16Array]
  ): void;
  rotate(
    ...args: [
      ...ViewArguments,
      angle: number,
      order: number,
      boundary: number,
      fill: number,
      destination: TypedArray,
    ]
  ): void;
  apply(...args: [...ViewArguments, add: boolean, operand: number, destination: TypedArray]): void;
  convert(...args: [...ViewArguments, destination: TypedArray]): void;
  accumulate(...args: [...ViewArguments, sum: TypedArray]): void;
  colorize(normalised: Float64Array, table: Uint8Array, colours: Uint8Array): void;
  gaussianFit(
    ...args: [profile: TypedArray, axis: TypedArray, ...OptionArguments, result: Float64Array]
  ): void;
  gaussianFitFrom(
    ...args: [
      profile: TypedArray,
      axis: TypedArray,
      start: Float64Array,
      ...OptionArguments,
      result: Float64Array,
    ]
  ): void;
  gaussian(axis: TypedArray, parameters: Float64Array, values: Float32Array | Float64Array): void;
}

/** In the order of `enum class Boundary` in `native/kernels/rotation.h`. */
const BOUNDARIES: readonly BoundaryMode[] = [
  'constant',
  'nearest',
  'mirror',
  'reflect',
  'wrap',
  'grid-wrap',
  'grid-mirror',
  'grid-constant',
];

const NO_VIEW: [null, null, null, null, null, null] = [null, null, null, null, null, null];

function viewArguments({ data, offset, shape, stride }: Image): ViewArguments {
  return [data, offset, shape[0], shape[1], stride[0], stride[1]];
}

function optionArguments(options: MinimiserOptions): OptionArguments {
  const { maximumEvaluations, countDerivatives, functionTolerance, parameterTolerance } = options;
  return [maximumEvaluations, countDerivatives, functionTolerance, parameterTolerance];
}

const PROFILE_FIT_ARGUMENTS = optionArguments(PROFILE_FIT);

/** Minimum, maximum and intensity as the addon writes them: 64-bit integers as their bits. */
const scalars = new Float64Array(3);
const signedScalars = new BigInt64Array(scalars.buffer);
const unsignedScalars = new BigUint64Array(scalars.buffer);

function allocateProfile(type: NumericType, length: number): Profile {
  if (type === 'float32') return new Float32Array(length);
  return type === 'float64' ? new Float64Array(length) : new BigInt64Array(length);
}

function scalarsOf(type: NumericType): Float64Array | BigInt64Array | BigUint64Array {
  if (type === 'int64') return signedScalars;
  return type === 'uint64' ? unsignedScalars : scalars;
}

/** Parameters on their way in, and results on their way out: calls are synchronous, so that one of each serves all. */
const parametersIn = new Float64Array(4);
const fitResult = new Float64Array(6);

function giveParameters({ offset, amplitude, center, sigma }: GaussianParameters): Float64Array {
  parametersIn[0] = offset;
  parametersIn[1] = amplitude;
  parametersIn[2] = center;
  parametersIn[3] = sigma;
  return parametersIn;
}

function takeFit(): FitResult<GaussianParameters> {
  // by index, because destructuring would run an iterator
  const parameters = {
    offset: fitResult[0],
    amplitude: fitResult[1],
    center: fitResult[2],
    sigma: fitResult[3],
  };
  return { parameters, converged: fitResult[4] === 1, evaluations: fitResult[5] };
}

function makeKernels(addon: Addon): Kernels {
  function pass(image: Image, options: PassOptions = {}): PassResult | null {
    const { background = null, threshold = null, destination = null, statistics = true } = options;
    const isSigned = background !== null && options.backgroundMode === 'signed';
    const type = isSigned ? 'int32' : elementTypeOf(image.data);
    const xProfile = statistics ? allocateProfile(type, image.shape[1]) : null;
    const yProfile = statistics ? allocateProfile(type, image.shape[0]) : null;
    addon.pass(
      ...viewArguments(image),
      ...(background === null ? NO_VIEW : viewArguments(background)),
      isSigned,
      threshold,
      destination,
      xProfile,
      yProfile,
      scalars,
    );
    if (xProfile === null || yProfile === null) return null;
    const [minimum, maximum] = scalarsOf(type);
    const intensity = xProfile instanceof BigInt64Array ? signedScalars[2] : scalars[2];
    return { minimum, maximum, xProfile, yProfile, intensity };
  }

  function bin(image: Image, binningX: number, binningY: number, mean: boolean) {
    const rows = Math.floor(image.shape[0] / binningY);
    const columns = Math.floor(image.shape[1] / binningX);
    const destination = new Uint16Array(rows * columns);
    addon.bin(...viewArguments(image), binningX, binningY, mean, destination);
    return viewOf(destination, rows, columns);
  }

  function rotate(image: Image, { angle, order, mode, fill }: RotationOptions): Image {
    const [rows, columns] = image.shape;
    const result = allocateImage(elementTypeOf(image.data), rows, columns);
    addon.rotate(...viewArguments(image), angle, order, BOUNDARIES.indexOf(mode), fill, result.data);
    return result;
  }

  function apply(image: Image, add: boolean, operand: { value: number; type: NumericType }): Image {
    const [rows, columns] = image.shape;
    const result = allocateImage(operand.type, rows, columns);
    addon.apply(...viewArguments(image), add, operand.value, result.data);
    return result;
  }

  return {
    name: 'native',
    pass,
    bin,
    rotate,
    scaleOffset(image, scale, offset) {
      const scaled = scale === null ? image : apply(image, false, scale);
      return offset === null ? scaled : apply(scaled, true, offset);
    },
    convert(image, type) {
      const [rows, columns] = image.shape;
      const data = allocateElements(type, rows * columns);
      addon.convert(...viewArguments(image), data);
      return viewOf(data, rows, columns);
    },
    accumulate(sum, image) {
      addon.accumulate(...viewArguments(image), sum);
    },
    gaussianFit(profile, axis) {
      addon.gaussianFit(profile, axis, ...PROFILE_FIT_ARGUMENTS, fitResult);
      return takeFit();
    },
    gaussianFitFrom(profile, axis, start, options) {
      addon.gaussianFitFrom(profile, axis, giveParameters(start), ...optionArguments(options), fitResult);
      return takeFit();
    },
    gaussian(axis, parameters) {
      const values =
        axis instanceof Float32Array ? new Float32Array(axis.length) : new Float64Array(axis.length);
      addon.gaussian(axis, giveParameters(parameters), values);
      return values;
    },
    colorize(normalised, table) {
      const colours = new Uint8Array(normalised.length * 4);
      addon.colorize(normalised, table, colours);
      return colours;
    },
  };
}

const { addon, reason } = loadAddon<Addon>();

/** The kernels in C++; null when the addon cannot be loaded. */
export const nativeKernels: Kernels | null = addon === null ? null : makeKernels(addon);

/** Why there are no native kernels; null when there are. */
export const nativeKernelsMissing: string | null = reason;

/** The vector instructions that the kernels use: `baseline`, `avx2` or `avx512`; null without the addon. */
export const instructionSet: string | null = addon?.instructions() ?? null;

/** The native kernels, or their plain twin where there are none. */
export const kernels: Kernels = nativeKernels ?? referenceKernels;
