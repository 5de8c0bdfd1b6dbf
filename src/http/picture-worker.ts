/** The thread's side of `picture-thread.ts`. */
import { collectAll } from '../common/collection.js';
import { CamServerError } from '../common/errors.js';
import type { ArrayValue } from '../common/values.js';
import { kernels } from '../processing/native.js';
import { encodePng, type PictureOptions, renderPicture } from '../processing/picture.js';
import { imageOf } from '../processing/views.js';

export interface PictureTask {
  readonly image: ArrayValue;
  readonly options: PictureOptions;
}

/** Errors keep their code on the way to the server. */
export type PictureResult =
  | { readonly png: Uint8Array }
  | { readonly code: string; readonly message: string };

export default async function draw({ image, options }: PictureTask): Promise<PictureResult> {
  try {
    return { png: await encodePng(renderPicture(kernels, imageOf(image), options)) };
  } catch (error) {
    if (error instanceof CamServerError) return { code: error.code, message: error.message };
    throw error;
  } finally {
    // a picture leaves ten times its image behind; this runs when it has been handed over
    setImmediate(collectAll);
  }
}
