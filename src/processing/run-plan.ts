/**
 * Preparing images: binning, background, mirror, rotation, region of interest, threshold, running mean, scale, offset, in this
 * order. Mirroring, quarter turns and cropping are only ways to read the pixels. So, unless an image is rotated by other
 * angles, averaged or scaled, everything is one pass from the received memory into the destination.
 */
import { elementTypeOf, type TypedArray } from '../common/dtype.js';
import type { RunningMean } from './averaging.js';
import { type Axes, prepareAxes } from './axes.js';
import type { Image, Kernels, PassOptions, PassResult } from './kernels.js';
import type { Plan } from './plan.js';
import { allocateImage, crop, mirrorView, turnView, viewOf } from './views.js';

export interface Frame extends Axes {
  readonly image: Image;
}

export interface PreparedFrame extends Frame {
  /** Of the prepared pixels; null when they were not asked for. */
  readonly statistics: PassResult | null;
}

export interface RunOptions {
  /**
   * Receives the pixels, row-major: `outputShape` elements of `outputType`; may lie in shared memory. It must not overlap the
   * input. Without it the result lies in new memory, or in that of the input where no value changes.
   */
  readonly destination?: TypedArray | null;
  /** State of `image_averaging`, one per instance; needed when the plan is stateful. */
  readonly runningMean?: RunningMean | null;
  /** False when nobody needs minimum, maximum and profiles. Default true. */
  readonly statistics?: boolean;
}

/**
 * Prepares one image and its axes.
 * @returns null when the frame is dropped because its shape differs from the images in the running mean
 * @throws TypeError when the image or the destination is not what the plan was compiled for
 */
export function runPlan(
  kernels: Kernels,
  plan: Plan,
  frame: Frame,
  { destination = null, runningMean = null, statistics = true }: RunOptions = {},
): PreparedFrame | null {
  checkTypes(plan, frame.image, destination);
  const { steps, preparation, outputShape } = plan;
  const arranged = arrange(kernels, plan, frame.image);
  const isLinear = plan.isStateful || steps.scale !== null || steps.offset !== null;
  if (!plan.isStateful) runningMean?.clear();
  const source = isLinear ? average(kernels, plan, store(kernels, arranged), runningMean) : arranged;
  if (source === null) return null;
  const needsMemory = destination === null && hasWork(source);
  const target = needsMemory ? allocateImage(plan.outputType, ...outputShape).data : destination;
  const options = { ...source.work, destination: target, statistics };
  return {
    statistics: statistics || target !== null ? kernels.pass(source.image, options) : null,
    image: target === null ? source.image : viewOf(target, ...outputShape),
    ...prepareAxes(frame, preparation, steps.region),
  };
}

/** An image, and what is still to be done to its pixels. */
interface Source {
  readonly image: Image;
  readonly work: Pick<PassOptions, 'background' | 'backgroundMode' | 'threshold'>;
}

const hasWork = ({ work: { background = null, threshold = null } }: Source): boolean =>
  background !== null || threshold !== null;

/** Binned and turned; only a rotation by other angles needs the background subtracted before. */
function arrange(kernels: Kernels, { preparation, steps }: Plan, received: Image): Source {
  const { binningX, binningY, binningMean, mirrorX, mirrorY, threshold } = preparation;
  const { subtraction, turns, rotation, region } = steps;
  const isBinned = binningX > 1 || binningY > 1;
  const binned = isBinned ? kernels.bin(received, binningX, binningY, binningMean) : received;
  const turned = turnView(mirrorView(binned, mirrorX, mirrorY), turns);
  const cropped = (image: Image): Image =>
    region === null ? image : crop(image, region.left, region.right, region.top, region.bottom);
  const difference = subtraction && { background: subtraction.background, backgroundMode: subtraction.mode };
  if (rotation === null) return { image: cropped(turned), work: { ...difference, threshold } };
  const subtracted = store(kernels, { image: turned, work: { ...difference } });
  return { image: cropped(kernels.rotate(subtracted, rotation)), work: { threshold } };
}

/** The work done, in new memory; without work the image itself. */
function store(kernels: Kernels, source: Source): Image {
  const { image, work } = source;
  if (!hasWork(source)) return image;
  const [rows, columns] = image.shape;
  const isSigned = work.background && work.backgroundMode === 'signed';
  const result = allocateImage(isSigned ? 'int32' : elementTypeOf(image.data), rows, columns);
  kernels.pass(image, { ...work, destination: result.data, statistics: false });
  return result;
}

/** Running mean, scale and offset; nothing is left to do afterwards. */
function average(
  kernels: Kernels,
  { preparation, isStateful, steps: { scale, offset } }: Plan,
  image: Image,
  runningMean: RunningMean | null,
): Source | null {
  if (isStateful && runningMean === null) throw new TypeError('This plan needs a running mean');
  const mean = isStateful ? runningMean!.push(kernels, image, preparation.imageAveraging) : image;
  if (mean === null) return null;
  const isScaled = scale !== null || offset !== null;
  return { image: isScaled ? kernels.scaleOffset(mean, scale, offset) : mean, work: {} };
}

function checkTypes(plan: Plan, image: Image, destination: TypedArray | null): void {
  const { inputType, inputShape, outputType, outputShape } = plan;
  const type = elementTypeOf(image.data);
  if (type !== inputType || image.shape[0] !== inputShape[0] || image.shape[1] !== inputShape[1]) {
    throw new TypeError(
      `The plan is for ${inputType} images of ${inputShape.join('x')}, not ${type} of ${image.shape.join('x')} (rows x columns)`,
    );
  }
  if (destination === null) return;
  const needed = outputShape[0] * outputShape[1];
  if (elementTypeOf(destination) !== outputType || destination.length !== needed) {
    throw new TypeError(
      `The destination must have ${needed} elements of type ${outputType}, not ${destination.length} of ${elementTypeOf(destination)}`,
    );
  }
}
