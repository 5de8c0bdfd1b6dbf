/**
 * Receiving a background image, in both families (`rest-api.md` 4.13, 5.21).
 */
import { parsePickledArray } from '../common/pickle.js';
import type { ArrayValue } from '../common/values.js';
import { defineRoute, type Route } from './route.js';

/** @param base `/api/v1/cam` or `/api/v1/pipeline` */
export function backgroundUploadRoute(
  base: string,
  store: (name: string, image: ArrayValue) => Promise<void>,
): Route {
  return defineRoute({
    method: 'PUT',
    path: `${base}/background/{background_name}/image_bytes`,
    action: 'background.save',
    tag: 'backgrounds',
    summary: 'Stores a background image, given as a NumPy array pickled with protocol 0',
    body: { kind: 'bytes', what: 'background image', limit: 'background' },
    handler: async ({ parameters: { background_name }, body }) => {
      await store(background_name, parsePickledArray(body));
      return { status: `Background image ${background_name} stored.` };
    },
  });
}
