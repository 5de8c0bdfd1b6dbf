/**
 * How the images of one camera are seen at the moment: its geometry, its axes and its background, computed anew whenever
 * the configuration or the size of the raw image changes.
 */
import type { ArrayValue, ArrayView } from '../common/values.js';
import type { Image } from '../processing/kernels.js';
import { crop, imageOf, viewOf } from '../processing/views.js';
import { type CameraAxes, type CameraGeometry, cameraAxes, cameraGeometry, type Size } from './geometry.js';
import type { GeometrySettings } from './geometry-settings.js';
import { type TransformKernels, transformImage } from './transform.js';

export interface CameraView {
  readonly raw: Size;
  readonly geometry: CameraGeometry;
  readonly axes: CameraAxes;
  /** What an operator should know: an impossible calibration, a background that does not fit. */
  readonly warnings: readonly string[];
  /** The published image; row-major, and the given pixels themselves when nothing is to be done. */
  transform(image: Image): ArrayValue;
}

/**
 * @param source the camera's source, for the texts
 * @param background of the size of the full image; its values are cut to uint16
 * @throws CamServerError when nothing of the image is left
 */
export function createCameraView(
  source: string,
  raw: Size,
  settings: GeometrySettings,
  background: ArrayValue | null,
  kernels: TransformKernels,
): CameraView {
  const geometry = cameraGeometry(raw, settings);
  const axes = cameraAxes(geometry, settings.calibration);
  const warnings: string[] = [];
  if (axes.invalid.length > 0) {
    warnings.push(`Invalid calibration for camera ${source} (${axes.invalid.join(' and ')} direction)`);
  }
  const fitted = background === null ? null : fitBackground(background, geometry);
  if (background !== null && fitted === null) {
    warnings.push(`Invalid background shape for camera ${source}: (${background.shape.join(', ')})`);
  }
  return {
    raw,
    geometry,
    axes,
    warnings,
    transform: (image) => transformImage(image, settings, geometry.region, fitted, kernels),
  };
}

/** The part of the background that lies under the region, or null when the background has another size. */
function fitBackground(
  background: ArrayValue,
  { full, region }: CameraGeometry,
): ArrayView<Uint16Array> | null {
  const [rows, columns] = background.shape;
  if (background.shape.length !== 2 || rows !== full.height || columns !== full.width) return null;
  const whole =
    background.data instanceof Uint16Array
      ? imageOf(background)
      : viewOf(Uint16Array.from(background.data as ArrayLike<number>, Number), rows, columns);
  return crop(
    whole,
    region.x,
    region.x + region.width,
    region.y,
    region.y + region.height,
  ) as ArrayView<Uint16Array>;
}
