/**
 * What a viewer wants to see.
 */
import { CamServerError } from '../../common/errors.js';
import type { JsonObject, JsonValue } from '../../common/json.js';

export interface ViewRequest {
  /** Left, top, right, bottom in pixels of the image, the last two exclusive; null: the whole image. */
  readonly region: readonly [number, number, number, number] | null;
  /** Pixels of the screen. */
  readonly width: number;
  readonly height: number;
  /** Whether the picture has at most (`inside`) or at least (`outside`) the pixels of the screen. */
  readonly fit: 'inside' | 'outside';
  readonly encoding: 'uint8' | 'uint16';
  /** Values that become 0 and 255 in `uint8`; null: the percentiles 0.1 and 99.9; `full`: minimum and maximum. */
  readonly range: readonly [number, number] | 'full' | null;
  /** The largest pixel of each block instead of the mean. */
  readonly peak: boolean;
  /** Names of the channels wanted besides the image; null: all that are small. */
  readonly channels: readonly string[] | null;
}

const LARGEST_SCREEN = 8192;
const MOST_CHANNELS = 200;

/**
 * @param document `region`, `width`, `height`, `encoding`, `fit`, `range`, `decimation` (`mean`, `peak`), `channels`; all optional
 * @throws CamServerError INVALID_VIEW naming what is wrong and what would be right
 */
export function readViewRequest(document: JsonObject): ViewRequest {
  const { encoding = 'uint16', decimation = 'mean', fit = 'inside', channels = null } = document;
  if (encoding !== 'uint8' && encoding !== 'uint16') {
    throw invalid('encoding', encoding, "'uint8' or 'uint16'");
  }
  if (decimation !== 'mean' && decimation !== 'peak')
    throw invalid('decimation', decimation, "'mean' or 'peak'");
  if (fit !== 'inside' && fit !== 'outside') throw invalid('fit', fit, "'inside' or 'outside'");
  return {
    region: readRegion(document.region ?? null),
    width: readSize('width', document.width ?? 1280),
    height: readSize('height', document.height ?? 960),
    fit,
    encoding,
    range: readRange(document.range ?? null),
    peak: decimation === 'peak',
    channels: channels === null ? null : readChannels(channels),
  };
}

/**
 * The whole factor by which that many pixels of an image are reduced for a screen.
 * @returns at least 1
 */
export function reductionFactor(
  columns: number,
  rows: number,
  { width, height, fit }: Pick<ViewRequest, 'width' | 'height' | 'fit'>,
): number {
  const ratio = Math.max(columns / width, rows / height);
  return Math.max(1, fit === 'inside' ? Math.ceil(ratio) : Math.floor(ratio));
}

function readRegion(value: JsonValue): ViewRequest['region'] {
  if (value === null) return null;
  const numbers = finiteNumbers(value, 4);
  if (numbers === null) throw invalid('region', value, 'four numbers [left, top, right, bottom], or null');
  return numbers as unknown as [number, number, number, number];
}

function readRange(value: JsonValue): ViewRequest['range'] {
  if (value === null || value === 'full') return value;
  const numbers = finiteNumbers(value, 2);
  if (numbers === null || numbers[0]! >= numbers[1]!) {
    throw invalid('range', value, "two numbers [low, high] with low < high, 'full', or null");
  }
  return numbers as unknown as [number, number];
}

function readSize(name: string, value: JsonValue): number {
  const size = Number(value);
  if (typeof value !== 'number' || !(size >= 1 && size <= LARGEST_SCREEN)) {
    throw invalid(name, value, `a number of screen pixels from 1 to ${LARGEST_SCREEN}`);
  }
  return Math.floor(size);
}

function readChannels(value: JsonValue): readonly string[] {
  const isList = Array.isArray(value) && value.every((name) => typeof name === 'string');
  if (!isList || value.length > MOST_CHANNELS) {
    throw invalid('channels', value, `a list of at most ${MOST_CHANNELS} channel names, or null`);
  }
  return value as string[];
}

function finiteNumbers(value: JsonValue, count: number): number[] | null {
  if (!Array.isArray(value) || value.length !== count) return null;
  const numbers = value.map((item) => (typeof item === 'number' ? Number(item) : Number.NaN));
  return numbers.every(Number.isFinite) ? numbers : null;
}

function invalid(name: string, value: JsonValue, expected: string): CamServerError {
  const shown = JSON.stringify(value) ?? 'nothing';
  return new CamServerError(
    'INVALID_VIEW',
    `The view's '${name}' is ${shown.slice(0, 100)}; it must be ${expected}.`,
  );
}
