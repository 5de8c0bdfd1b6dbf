/**
 * The background of a pipeline: loaded from the folder that the service fills, as 16-bit pixels in memory that worker threads
 * share.
 */
import { errorText } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { isTruthy } from '../../common/leniency.js';
import { BackgroundStore } from '../../storage/background-store.js';

export interface LoadedBackground {
  /** Row-major; in a SharedArrayBuffer. */
  readonly pixels: Uint16Array;
  readonly rows: number;
  readonly columns: number;
}

export type Background =
  /** Not enabled, or enabled without an id. */
  | { readonly state: 'none'; readonly enabled: boolean }
  | { readonly state: 'loaded'; readonly image: LoadedBackground }
  /** `text` is the error of each frame. */
  | { readonly state: 'failed'; readonly text: string };

/** Loads what `image_background_enable` and `image_background` ask for. `warn` gets the reason of a failure. */
export async function loadBackground(
  parameters: JsonObject,
  folder: string,
  warn: (text: string) => void,
): Promise<Background> {
  const enabled = isTruthy(parameters.image_background_enable);
  if (!enabled || !isTruthy(parameters.image_background)) return { state: 'none', enabled };
  const id = String(parameters.image_background);
  try {
    const { data, shape } = await new BackgroundStore(folder).load(id);
    if (shape.length !== 2) throw new Error(`it has ${shape.length} dimensions`);
    const pixels = new Uint16Array(new SharedArrayBuffer(2 * data.length));
    // Other types are cut to their lower 16 bits, as typed arrays do.
    for (let index = 0; index < data.length; index += 1) pixels[index] = Number(data[index]);
    return { state: 'loaded', image: { pixels, rows: shape[0]!, columns: shape[1]! } };
  } catch (error) {
    warn(`Background '${id}' cannot be used: ${errorText(error)}`);
    return { state: 'failed', text: `Invalid background image file: ${id}` };
  }
}
