/**
 * The keys of a camera configuration that say which part of the image is published, and how it is turned.
 */
import type { JsonObject, JsonValue } from '../common/json.js';
import { isJsonObject, isTruthy, numberOf, requireInteger, wrongValue } from '../common/leniency.js';

/** `[offset, size]` in each direction, in pixels of the rotated image. */
export interface RegionOfInterest {
  readonly offsetX: number;
  readonly sizeX: number;
  readonly offsetY: number;
  readonly sizeY: number;
}

export interface GeometrySettings {
  readonly binningX: number;
  readonly binningY: number;
  readonly binningMean: boolean;
  readonly mirrorX: boolean;
  readonly mirrorY: boolean;
  /** Quarter turns counter-clockwise, 0 to 3. */
  readonly rotate: 0 | 1 | 2 | 3;
  readonly regionOfInterest: RegionOfInterest | null;
  /** The expanded `camera_calibration`. */
  readonly calibration: JsonObject | null;
  /** Name of a stored background. */
  readonly background: string | null;
}

const MAXIMUM_SIDE = 65_535;

/** @throws CamServerError with the key, its value, and what it should be */
export function readGeometry(config: JsonObject): GeometrySettings {
  const calibration = config.camera_calibration ?? null;
  if (calibration !== null && !isJsonObject(calibration)) {
    throw wrongValue('camera_calibration', calibration, 'null or an object');
  }
  const background = config.image_background ?? null;
  return {
    binningX: requireInteger(config, 'binning_x', 1, { minimum: 0, maximum: MAXIMUM_SIDE }) || 1,
    binningY: requireInteger(config, 'binning_y', 1, { minimum: 0, maximum: MAXIMUM_SIDE }) || 1,
    binningMean: isTruthy(config.binning_mean),
    mirrorX: isTruthy(config.mirror_x),
    mirrorY: isTruthy(config.mirror_y),
    rotate: readRotate(config.rotate),
    regionOfInterest: readRegionOfInterest(config.roi),
    calibration,
    background: isTruthy(background) && typeof background === 'string' ? background : null,
  };
}

function readRotate(value: JsonValue | undefined): 0 | 1 | 2 | 3 {
  const turns = value === null || value === undefined ? 0 : numberOf(value);
  if (turns === null || !Number.isInteger(turns)) {
    throw wrongValue('rotate', value, 'a whole number of quarter turns');
  }
  return ((((turns % 4) + 4) % 4) + 0) as 0 | 1 | 2 | 3;
}

function readRegionOfInterest(value: JsonValue | undefined): RegionOfInterest | null {
  if (!isTruthy(value)) return null;
  const expected = 'null or four numbers [offset_x, size_x, offset_y, size_y], offsets from 0, sizes from 1';
  if (!Array.isArray(value) || value.length !== 4) throw wrongValue('roi', value, expected);
  const numbers = value.map((item) => Math.trunc(numberOf(item) ?? Number.NaN));
  const [offsetX, sizeX, offsetY, sizeY] = numbers as [number, number, number, number];
  if (!(offsetX >= 0 && offsetY >= 0 && sizeX >= 1 && sizeY >= 1)) throw wrongValue('roi', value, expected);
  return { offsetX, sizeX, offsetY, sizeY };
}
