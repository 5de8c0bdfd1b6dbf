/**
 * Image in, numbers out: the public interface of `camserver/processing`. Pure functions over typed arrays; no sockets, no files.
 */
export { type ArrayValue, type ChannelValue, TypedScalar } from '../common/values.js';
export { averageType, EarlyAverage, RunningMean } from './averaging.js';
export { type Axes, binAxis, prepareAxes } from './axes.js';
export { COLOR_MAP_NAMES, colorMap, DEFAULT_COLOR_MAP } from './colormaps/index.js';
export { type EdgeOptions, type Edges, findEdges } from './edges.js';
export { PROCESSING_FUNCTIONS } from './functions/index.js';
export type { ProcessingFunction, ProcessingInput, SpectrometerState } from './functions/types.js';
export type {
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
export { instructionSet, kernels, nativeKernels, nativeKernelsMissing } from './native.js';
export { encodePng, type Picture, type PictureOptions, renderPicture } from './picture.js';
export { binBackground, compilePlan, type Plan } from './plan.js';
export {
  type BackgroundMode,
  limitRegion,
  type Preparation,
  type RegionLimits,
  type RegionOfInterest,
  readFrameCount,
  readPreparation,
} from './preparation.js';
export {
  type Axis,
  centerOfMass,
  findIndex,
  fitProfile,
  fullWidth,
  goodRegion,
  type ProfileFit,
} from './profiles.js';
export { linearFit, quadraticFit } from './reference/fits.js';
export { referenceKernels } from './reference/index.js';
export { normaliseRotation, type RotationSettings, readRotation } from './rotation-settings.js';
export { type Frame, type PreparedFrame, type RunOptions, runPlan } from './run-plan.js';
export { smooth } from './savitzky-golay.js';
export { type LiteralNumber, resultType } from './scale-types.js';
export { calculateSlices, measureSlices, type Slice, type SliceBorders, type Slices } from './slices.js';
export {
  type Channels,
  type CustomCall,
  type CustomMessage,
  type FrameTime,
  type ImageFrame,
  type NdArray,
  numberOf,
  processImage,
  processWith,
  type StreamMessage,
  toNdArray,
  type UserValue,
} from './user-frames.js';
export {
  allocateImage,
  compactView,
  crop,
  imageOf,
  mirrorView,
  toArrayValue,
  turnView,
  viewOf,
} from './views.js';
