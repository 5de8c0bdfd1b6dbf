/**
 * What a viewer may choose about the delivery, and what it asks the instance for.
 */
import { CamServerError } from '../../common/errors.js';
import type { JsonObject, JsonValue } from '../../common/json.js';
import { reductionFactor } from '../../streaming/live-view/index.js';

export interface ViewerSettings {
  /** Frames per second at most; 0: none for now. */
  readonly rate: number;
  /** Bits per second at most. */
  readonly bitRate: number;
  /** `auto`: 16 bits as long as the bit rate allows. */
  readonly encoding: 'auto' | 'uint8' | 'uint16';
  /** Frames that may be on their way to the screen at the same time. */
  readonly inFlight: number;
  /** Passed on to the instance (`src/streaming/live-view/view-request.ts`). */
  readonly view: JsonObject;
}

export const VIEWER_LIMITS = { rate: 25, bitRate: 500_000_000, inFlight: 3 } as const;

export const DEFAULT_VIEWER_SETTINGS: ViewerSettings = {
  rate: 5,
  bitRate: 20_000_000,
  encoding: 'auto',
  inFlight: 1,
  view: {},
};

/** @throws CamServerError INVALID_VIEW saying what would be right */
export function readViewerSettings(document: JsonObject): ViewerSettings {
  const { type: _type, rate = null, bit_rate = null, encoding = null, in_flight = null, ...view } = document;
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
    inFlight:
      in_flight === null
        ? defaults.inFlight
        : Math.floor(readNumber('in_flight', in_flight, 1, VIEWER_LIMITS.inFlight)),
    view,
  };
}

type ScreenSettings = Parameters<typeof reductionFactor>[2];

/** What is asked of the instance, and what was given up to keep within the bit rate. */
export interface Sharpness {
  readonly encoding: 'uint8' | 'uint16';
  readonly fit: 'inside' | 'outside';
  readonly isCoarser: boolean;
}

/**
 * The best that passes at the wanted rate: first 8 bits instead of 16, then fewer pixels than the screen has.
 * @param visible columns and rows of the image that were visible in the last frame; null: not known yet
 */
export function chooseSharpness(
  settings: ViewerSettings,
  visible: readonly [columns: number, rows: number] | null,
): Sharpness {
  const { width = 1280, height = 960, fit = 'inside' } = settings.view as Partial<ScreenSettings>;
  const factor = visible === null ? 1 : reductionFactor(...visible, { width, height, fit });
  const [columns, rows] = visible ?? [0, 0];
  const elements = Math.ceil(columns / factor) * Math.ceil(rows / factor);
  const passes = (bits: number): boolean => elements * bits * settings.rate <= settings.bitRate;
  const encoding = settings.encoding === 'auto' ? (passes(16) ? 'uint16' : 'uint8') : settings.encoding;
  const isCoarser = fit === 'outside' && !passes(encoding === 'uint8' ? 8 : 16);
  return { encoding, fit: isCoarser ? 'inside' : fit, isCoarser };
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
