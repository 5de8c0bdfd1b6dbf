/**
 * From the raw size of a camera to the size and the axes of what it publishes.
 */
import { CamServerError } from '../common/errors.js';
import type { JsonObject, JsonValue } from '../common/json.js';
import { numberOf } from '../common/leniency.js';
import type { GeometrySettings } from './geometry-settings.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The part of the full image that is published, in pixels. */
export interface Region extends Size {
  readonly x: number;
  readonly y: number;
}

export interface CameraGeometry {
  /** After binning and rotation, before the region of interest: the size that backgrounds have. */
  readonly full: Size;
  /** The region of interest, clipped at the border; the whole image without one. */
  readonly region: Region;
}

/** @throws CamServerError when nothing of the image is left */
export function cameraGeometry(raw: Size, settings: GeometrySettings): CameraGeometry {
  const width = Math.floor(raw.width / settings.binningX);
  const height = Math.floor(raw.height / settings.binningY);
  const isTurned = settings.rotate % 2 === 1;
  const full = isTurned ? { width: height, height: width } : { width, height };
  return { full, region: clipRegion(full, settings) };
}

function clipRegion(full: Size, { regionOfInterest, binningX, binningY }: GeometrySettings): Region {
  const { offsetX, sizeX, offsetY, sizeY } = regionOfInterest ?? {
    offsetX: 0,
    sizeX: full.width,
    offsetY: 0,
    sizeY: full.height,
  };
  const width = Math.min(sizeX, full.width - offsetX);
  const height = Math.min(sizeY, full.height - offsetY);
  if (width > 0 && height > 0) return { x: offsetX, y: offsetY, width, height };
  const size = `${full.width}x${full.height}`;
  throw new CamServerError(
    'EMPTY_IMAGE',
    regionOfInterest === null
      ? `Binning by ${binningX}x${binningY} leaves no pixel of the image.`
      : `The region of interest [${offsetX}, ${sizeX}, ${offsetY}, ${sizeY}] lies outside of the image of ${size} pixels.`,
  );
}

export interface CameraAxes {
  /** One element per column of the region. */
  readonly x: Float32Array;
  /** One element per row of the region. */
  readonly y: Float32Array;
  /** `x`, `y` or both: directions whose calibration cannot be computed; then both axes have the scale 1. */
  readonly invalid: readonly ('x' | 'y')[];
}

/**
 * Pixel numbers without calibration; else distances from the middle of the reference marker, growing against the pixel
 * number. All arithmetic is that of 32-bit floats.
 * @param calibration expanded
 */
export function cameraAxes({ region }: CameraGeometry, calibration: JsonObject | null): CameraAxes {
  if (calibration === null) {
    const count = (from: number, length: number): Float32Array =>
      Float32Array.from({ length }, (_, index) => from + index);
    return { x: count(region.x, region.width), y: count(region.y, region.height), invalid: [] };
  }
  const marker = Array.isArray(calibration.reference_marker) ? calibration.reference_marker : [];
  const x = scaleOf(marker[0], marker[2], calibration.reference_marker_width, calibration.angle_horizontal);
  const y = scaleOf(marker[1], marker[3], calibration.reference_marker_height, calibration.angle_vertical);
  const invalid = [...(x.scale === null ? ['x' as const] : []), ...(y.scale === null ? ['y' as const] : [])];
  const [scaleX, scaleY] = invalid.length > 0 ? [1, 1] : [x.scale as number, y.scale as number];
  return {
    x: scaledAxis(region.x, region.width, x.origin, scaleX),
    y: scaledAxis(region.y, region.height, y.origin, scaleY),
    invalid,
  };
}

/** Middle of the marker in whole pixels, and units per pixel; null when that has no finite value. */
function scaleOf(
  first: JsonValue | undefined,
  last: JsonValue | undefined,
  size: JsonValue | undefined,
  angle: JsonValue | undefined,
): { readonly origin: number; readonly scale: number | null } {
  const [from, to, length, degrees] = [first, last, size, angle].map(
    (value) => numberOf(value) ?? Number.NaN,
  );
  const span = to! - from!;
  const origin = Math.trunc(span / 2 + from!);
  const scale = (length! / span) * Math.cos((degrees! * Math.PI) / 180);
  return { origin: Number.isFinite(origin) ? origin : 0, scale: Number.isFinite(scale) ? scale : null };
}

function scaledAxis(from: number, length: number, origin: number, scale: number): Float32Array {
  const factor = Math.fround(-scale);
  return Float32Array.from({ length }, (_, index) => Math.fround(from + index - origin) * factor);
}
