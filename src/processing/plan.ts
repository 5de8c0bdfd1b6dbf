/**
 * Plans of preparation. A plan is compiled once per configuration, background, and image type and shape; it then knows what is
 * left to do for each frame, and of what type and shape the result will be. `runPlan` carries it out.
 */
import type { NumericType } from '../common/dtype.js';
import { CamServerError } from '../common/errors.js';
import type { ArrayView } from '../common/values.js';
import { averageType } from './averaging.js';
import type { Kernels, RotationOptions } from './kernels.js';
import { limitRegion, type Preparation, type RegionLimits } from './preparation.js';
import { resultType } from './scale-types.js';
import { compact, crop, mirrorView, turnView } from './views.js';

export interface Plan {
  readonly preparation: Preparation;
  readonly inputType: NumericType;
  readonly inputShape: readonly [rows: number, columns: number];
  readonly outputType: NumericType;
  readonly outputShape: readonly [rows: number, columns: number];
  /** False: the result is the input as it is, which can be published without a copy. */
  readonly changesImage: boolean;
  /** True: frames must pass one by one in their order, on one thread (`image_averaging`). */
  readonly isStateful: boolean;
  /** The text to publish as `processing_error` with every frame, or null. */
  readonly processingError: string | null;
  /** The background of mode `passive`, which functions get. */
  readonly passiveBackground: ArrayView<Uint16Array> | null;
  readonly steps: PlanSteps;
}

/** What `runPlan` does; null: nothing of that kind. */
export interface PlanSteps {
  /** The background is row-major and arranged like the image when it is subtracted. */
  readonly subtraction: {
    readonly background: ArrayView<Uint16Array>;
    readonly mode: 'clamp' | 'signed';
    /** Type of the difference. */
    readonly type: NumericType;
  } | null;
  /** Counter-clockwise quarter turns. */
  readonly turns: number;
  readonly rotation: RotationOptions | null;
  readonly region: RegionLimits | null;
  readonly scale: Operand | null;
  readonly offset: Operand | null;
}

interface Operand {
  readonly value: number;
  /** Type of the result. */
  readonly type: NumericType;
}

/**
 * @param background binned as the images will be (`binBackground`); null when there is none
 * @throws CamServerError `INVALID_BACKGROUND` with the texts `Invalid background image file: <id>` and
 *   `Bad background image size`, unless the preparation asks to be notified instead; `EMPTY_IMAGE` when no pixel is left
 */
export function compilePlan(
  preparation: Preparation,
  input: { readonly type: NumericType; readonly shape: readonly number[] },
  background: ArrayView<Uint16Array> | null,
): Plan {
  const { binningX, binningY, backgroundMode, rotation, mirrorX, mirrorY } = preparation;
  const isBinned = binningX > 1 || binningY > 1;
  const binned: Shape = [Math.floor(input.shape[0] / binningY), Math.floor(input.shape[1] / binningX)];
  if (binned[0] === 0 || binned[1] === 0) throw emptyImage(input.shape, preparation);
  const processingError = backgroundError(preparation, background, binned);
  if (processingError !== null && !preparation.notifyOnError) {
    throw new CamServerError('INVALID_BACKGROUND', processingError);
  }
  const turns = rotation?.kind === 'ortho' ? rotation.turns : 0;
  const turned: Shape = turns % 2 === 1 ? [binned[1], binned[0]] : binned;
  const region = preparation.regionOfInterest && limitRegion(preparation.regionOfInterest, ...turned);
  const binnedType = isBinned ? 'uint16' : input.type;
  const geometry = { turns, rotation: rotation?.kind === 'spline' ? rotation.options : null, region };
  const subtraction =
    processingError === null &&
    background !== null &&
    (backgroundMode === 'clamp' || backgroundMode === 'signed')
      ? {
          background: arrangeBackground(background, preparation, geometry),
          mode: backgroundMode,
          type: backgroundMode === 'signed' ? ('int32' as const) : binnedType,
        }
      : null;
  const isAveraged = preparation.imageAveraging > 1;
  const subtractedType = subtraction?.type ?? binnedType;
  const averagedType = isAveraged ? averageType(subtractedType) : subtractedType;
  const scale = operand(averagedType, preparation.scale);
  const offset = operand(scale?.type ?? averagedType, preparation.offset);
  const steps = { ...geometry, subtraction, scale, offset };
  return {
    preparation,
    inputType: input.type,
    inputShape: [input.shape[0], input.shape[1]],
    outputType: offset?.type ?? scale?.type ?? averagedType,
    outputShape: region ? [region.bottom - region.top, region.right - region.left] : turned,
    changesImage:
      isBinned ||
      mirrorX ||
      mirrorY ||
      turns > 0 ||
      isAveraged ||
      preparation.threshold !== null ||
      [subtraction, geometry.rotation, region, scale, offset].some((step) => step !== null),
    isStateful: isAveraged,
    processingError,
    passiveBackground: backgroundMode === 'passive' ? background : null,
    steps,
  };
}

type Shape = readonly [rows: number, columns: number];

/** A background as the images of this preparation need it: binned in the same way. */
export function binBackground(
  kernels: Kernels,
  background: ArrayView<Uint16Array>,
  { binningX, binningY, binningMean }: Preparation,
): ArrayView<Uint16Array> {
  const isBinned = binningX > 1 || binningY > 1;
  return isBinned ? kernels.bin(background, binningX, binningY, binningMean) : background;
}

/** A missing background fails in every mode; a wrong size only where it would be subtracted. */
function backgroundError(
  { backgroundMode, backgroundId, isBackgroundMissing }: Preparation,
  background: ArrayView<Uint16Array> | null,
  [rows, columns]: Shape,
): string | null {
  if (backgroundMode === 'off') return null;
  if (isBackgroundMissing) return `Invalid background image file: ${backgroundId}`;
  if (background === null || backgroundMode === 'passive') return null;
  const isFitting = background.shape[0] === rows && background.shape[1] === columns;
  return isFitting ? null : 'Bad background image size';
}

/** Images are mirrored, turned and cropped before the subtraction where that makes no difference. */
function arrangeBackground(
  background: ArrayView<Uint16Array>,
  { mirrorX, mirrorY }: Preparation,
  { turns, rotation, region }: Pick<PlanSteps, 'turns' | 'rotation' | 'region'>,
): ArrayView<Uint16Array> {
  const mirrored = mirrorView(background, mirrorX, mirrorY);
  const turned = turnView(mirrored, turns);
  const isCropped = rotation === null && region !== null;
  return compact(
    isCropped ? crop(turned, region.left, region.right, region.top, region.bottom) : turned,
  ) as ArrayView<Uint16Array>;
}

function operand(type: NumericType, literal: Preparation['scale']): Operand | null {
  return literal && { value: literal.value, type: resultType(type, literal) };
}

function emptyImage([rows, columns]: readonly number[], { binningX, binningY }: Preparation): CamServerError {
  return new CamServerError(
    'EMPTY_IMAGE',
    `Binning by ${binningX}x${binningY} leaves no pixel of an image of ${columns}x${rows}`,
  );
}
