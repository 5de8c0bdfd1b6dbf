/**
 * The parameters that say how images are prepared, read once per configuration into typed settings.
 */
import { CamServerError } from '../common/errors.js';
import { isFloatLiteral, type JsonObject, type JsonValue } from '../common/json.js';
import { isJsonObject, isTruthy, numberOf, wrongValue } from '../common/leniency.js';
import { type RotationSettings, readRotation } from './rotation-settings.js';
import type { LiteralNumber } from './scale-types.js';

export type BackgroundMode = 'off' | 'clamp' | 'signed' | 'passive';

export interface Preparation {
  /** Columns per block, at least 1. */
  readonly binningX: number;
  /** Rows per block, at least 1. */
  readonly binningY: number;
  readonly binningMean: boolean;
  readonly backgroundMode: BackgroundMode;
  readonly backgroundId: string | null;
  /** The background was asked for and could not be loaded. */
  readonly isBackgroundMissing: boolean;
  /** Background errors go out with the frame instead of failing it. */
  readonly notifyOnError: boolean;
  readonly mirrorX: boolean;
  readonly mirrorY: boolean;
  readonly rotation: RotationSettings | null;
  readonly regionOfInterest: RegionOfInterest | null;
  /** Pixels below become 0; a whole number. */
  readonly threshold: number | null;
  /** Prepared images in the running mean; below 2: none. */
  readonly imageAveraging: number;
  readonly scale: LiteralNumber | null;
  readonly offset: LiteralNumber | null;
}

/** As configured: in pixels of the binned and rotated image, not yet limited to it. */
export interface RegionOfInterest {
  readonly offsetX: number;
  readonly sizeX: number;
  readonly offsetY: number;
  readonly sizeY: number;
}

/**
 * Reads the parameters of a pipeline; unknown keys are left alone.
 * @param notifySuffixes endings of the pipeline's `name` for which `notify_on_error` is true unless set, or that default
 * @throws CamServerError `INVALID_CONFIGURATION` or `INVALID_ROTATION` for values with which no frame could be prepared
 */
export function readPreparation(
  parameters: JsonObject,
  notifySuffixes: boolean | readonly string[] = ['_sp'],
): Preparation {
  const { image_background: backgroundId } = parameters;
  return {
    binningX: blockSize(parameters, 'binning_x'),
    binningY: blockSize(parameters, 'binning_y'),
    binningMean: isTruthy(parameters.binning_mean),
    backgroundMode: backgroundMode(parameters.image_background_enable),
    backgroundId: typeof backgroundId === 'string' && backgroundId !== '' ? backgroundId : null,
    isBackgroundMissing: parameters.image_background_ok === false,
    notifyOnError: notifyOnError(parameters, notifySuffixes),
    mirrorX: isTruthy(parameters.mirror_x),
    mirrorY: isTruthy(parameters.mirror_y),
    rotation: readRotation(parameters.rotation),
    regionOfInterest: regionOfInterest(parameters.image_region_of_interest),
    threshold: threshold(parameters),
    imageAveraging: readFrameCount(parameters.image_averaging),
    scale: literalNumber(parameters, 'image_scale'),
    offset: literalNumber(parameters, 'image_offset'),
  };
}

/** A number of frames as `averaging` and `image_averaging` give it: cut to a whole number, 0 for what is no number. */
export function readFrameCount(value: JsonValue | undefined): number {
  return Math.trunc(numberOf(value) ?? 0);
}

function blockSize(parameters: JsonObject, key: string): number {
  const value = parameters[key];
  if (!isTruthy(value)) return 1;
  const number = numberOf(value);
  if (number === null) throw wrongValue(key, value, 'a whole number');
  return Math.max(1, Math.trunc(number));
}

function backgroundMode(value: JsonValue | undefined): BackgroundMode {
  if (!isTruthy(value)) return 'off';
  return value === 'passive' || value === 'signed' ? value : 'clamp';
}

function notifyOnError(parameters: JsonObject, suffixes: boolean | readonly string[]): boolean {
  const { notify_on_error: own, name } = parameters;
  if (own !== null && own !== undefined) return isTruthy(own);
  if (typeof suffixes === 'boolean') return suffixes;
  return typeof name === 'string' && suffixes.some((suffix) => name.endsWith(suffix));
}

function regionOfInterest(value: JsonValue | undefined): RegionOfInterest | null {
  if (!isTruthy(value)) return null;
  if (!Array.isArray(value) || value.length !== 4 || !value.every(Number.isInteger)) {
    throw wrongValue('image_region_of_interest', value, 'null or four whole numbers [x, width, y, height]');
  }
  const [offsetX, sizeX, offsetY, sizeY] = value as [number, number, number, number];
  return { offsetX, sizeX, offsetY, sizeY };
}

function threshold(parameters: JsonObject): number | null {
  const { image_threshold: value } = parameters;
  if (value === null || value === undefined) return null;
  const number = numberOf(value);
  if (number === null) throw wrongValue('image_threshold', value, 'a number');
  return number > 0 ? Math.trunc(number) : null;
}

function literalNumber(parameters: JsonObject, key: string): LiteralNumber | null {
  const value = parameters[key];
  if (value === null || value === undefined) return null;
  const number = typeof value === 'string' ? null : numberOf(value);
  if (number === null) throw wrongValue(key, value, 'a number');
  return { value: number, isFloat: isFloatLiteral(parameters, key) };
}

/**
 * A section such as `image_good_region`; null when it is off.
 * @throws CamServerError `INVALID_CONFIGURATION` when it is on and no object
 */
export function readSection(parameters: JsonObject, key: string): JsonObject | null {
  const value = parameters[key];
  if (!isTruthy(value)) return null;
  if (!isJsonObject(value)) throw wrongValue(key, value, 'null or an object');
  return value;
}

/**
 * A number of a section.
 * @throws CamServerError `INVALID_CONFIGURATION`
 */
export function sectionNumber(section: JsonObject, key: string, fallback: number): number {
  const value = section[key];
  if (value === undefined) return fallback;
  const number = numberOf(value);
  if (number === null) throw wrongValue(key, value, 'a number');
  return number;
}

/** Part of an image: columns [left, right), rows [top, bottom). */
export interface RegionLimits {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Makes the region as small as the image and moves it inside.
 * @throws CamServerError `EMPTY_IMAGE` when nothing of an image of this size is left
 */
export function limitRegion(
  { offsetX, sizeX, offsetY, sizeY }: RegionOfInterest,
  rows: number,
  columns: number,
): RegionLimits {
  const width = Math.min(sizeX, columns);
  const height = Math.min(sizeY, rows);
  const left = Math.max(0, Math.min(offsetX, columns - width));
  const top = Math.max(0, Math.min(offsetY, rows - height));
  if (width > 0 && height > 0) return { left, right: left + width, top, bottom: top + height };
  throw new CamServerError(
    'EMPTY_IMAGE',
    `The region of interest [${offsetX}, ${sizeX}, ${offsetY}, ${sizeY}] leaves no pixel: width and height must be at least 1.`,
  );
}
