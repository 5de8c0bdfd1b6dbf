/** What a background looks like in numbers, and who uses it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CamClient } from '../../client/index.js';
import type { JsonObject, JsonValue } from '../../common/json.js';
import type { ArrayValue } from '../../common/values.js';

/** Pixels between two turns of the event loop: about a millisecond. */
const AT_A_TIME = 250_000;
/** Milliseconds for the configuration of a camera. */
const TIMEOUT = 3000;

export type BackgroundFigures = {
  readonly type: string;
  /** Rows and columns. */
  readonly shape: number[];
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly mean: number | null;
  /** Of all pixels, not of a sample. */
  readonly standard_deviation: number | null;
};

/** Numbers are null for an image without pixels, or with pixels that are no numbers. */
export async function figuresOf({ type, shape, data }: ArrayValue): Promise<BackgroundFigures> {
  const pixels = data as ArrayLike<number | bigint>;
  // sums of differences from one of the pixels stay small, and so exact
  const origin = Number(pixels[0] ?? 0);
  let [minimum, maximum, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let start = 0; start < pixels.length; start += AT_A_TIME) {
    const end = Math.min(pixels.length, start + AT_A_TIME);
    for (let index = start; index < end; index += 1) {
      const pixel = Number(pixels[index]);
      const difference = pixel - origin;
      sum += difference;
      squares += difference * difference;
      if (pixel < minimum) minimum = pixel;
      if (pixel > maximum) maximum = pixel;
    }
    await nextTurn();
  }
  const count = pixels.length;
  const mean = sum / count;
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    type,
    shape: [...shape],
    minimum: finite(minimum),
    maximum: finite(maximum),
    mean: finite(origin + mean),
    standard_deviation: finite(Math.sqrt(Math.max(0, squares / count - mean * mean))),
  };
}

/** Where the id of a background stands. */
export interface BackgroundUsers {
  /** Of stored configurations of pipelines. */
  configurations(id: string): string[];
  /** Of running pipelines. */
  instances(id: string): string[];
}

/** The background that a camera itself subtracts; null when it has none, or its server does not answer. */
export async function backgroundOfCamera(camera: string, client: CamClient | null): Promise<string | null> {
  try {
    return backgroundIn((await client?.config(camera, { timeout: TIMEOUT })) ?? {});
  } catch {
    return null;
  }
}

export function backgroundIn(config: JsonObject): string | null {
  const value: JsonValue | undefined = config.image_background;
  return typeof value === 'string' && value !== '' ? value : null;
}
