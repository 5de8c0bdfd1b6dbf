/**
 * What a viewer may choose about the delivery, and what it asks the instance for.
 */
import { CamServerError } from '../../common/errors.js';
import type { JsonObject, JsonValue } from '../../common/json.js';

export interface ViewerSettings {
  /** Frames per second at most; 0: none for now. */
  readonly rate: number;
  /** Bits per second at most. */
  readonly bitRate: number;
  /** `auto`: 16 bits as long as the bit rate allows. */
  readonly encoding: 'auto' | 'uint8' | 'uint16';
  /** Passed on to the instance (`src/streaming/live-view/view-request.ts`). */
  readonly view: JsonObject;
}

export const VIEWER_LIMITS = { rate: 25, bitRate: 200_000_000 } as const;

export const DEFAULT_VIEWER_SETTINGS: ViewerSettings = {
  rate: 5,
  bitRate: 20_000_000,
  encoding: 'auto',
  view: {},
};

/** @throws CamServerError INVALID_VIEW saying what would be right */
export function readViewerSettings(document: JsonObject): ViewerSettings {
  const { type: _type, rate = null, bit_rate = null, encoding = null, ...view } = document;
  const defaults = DEFAULT_VIEWER_SETTINGS;
  if (encoding !== null && encoding !== 'auto' && encoding !== 'uint8' && encoding !== 'uint16') {
    throw new CamServerError(
      'INVALID_VIEW',
      `'encoding' is ${JSON.stringify(encoding)}; it must be 'auto', 'uint8' or 'uint16'.`,
    );
  }
  return {
    rate: rate === null ? defaults.rate : readNumber('rate', rate, 0, VIEWER_LIMITS.rate),
    bitRate:
      bit_rate === null ? defaults.bitRate : readNumber('bit_rate', bit_rate, 100_000, VIEWER_LIMITS.bitRate),
    encoding: encoding ?? defaults.encoding,
    view,
  };
}

/** `auto` becomes 8 bits when a plane of that many elements would not pass in 16. */
export function chooseEncoding(settings: ViewerSettings, elements: number): 'uint8' | 'uint16' {
  if (settings.encoding !== 'auto') return settings.encoding;
  return elements * 16 * settings.rate > settings.bitRate ? 'uint8' : 'uint16';
}

/** Milliseconds from one frame to the next, and whether the bit rate is what holds it up. */
export function frameInterval(
  { rate, bitRate }: ViewerSettings,
  bytes: number,
): { readonly interval: number; readonly isLimited: boolean } {
  const wanted = 1000 / rate;
  const possible = (bytes * 8 * 1000) / bitRate;
  return { interval: Math.max(wanted, possible), isLimited: possible > wanted };
}

function readNumber(name: string, value: JsonValue, low: number, high: number): number {
  if (typeof value === 'number' && value >= low && value <= high) return value;
  throw new CamServerError(
    'INVALID_VIEW',
    `'${name}' is ${JSON.stringify(value)}; it must be a number from ${low} to ${high}.`,
  );
}
