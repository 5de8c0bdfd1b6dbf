/** Looks up what a configuration refers to on this server. */
import type { CamClient } from '../../client/index.js';
import { isBuiltInFunction } from '../../worker/functions/registry.js';
import type { ServerStores } from '../server-stores.js';
import type { References } from './document-checks.js';

/** Milliseconds for which the names of the cameras are believed. */
const MEMORY = 5000;
const TIMEOUT = 2000;

/** @param cameraServer null: this server knows the cameras itself */
export function referencesOf(stores: ServerStores, cameraServer: CamClient | null): References {
  let cameras: ReadonlySet<string> = new Set();
  let readAt = Number.NEGATIVE_INFINITY;
  const readCameras = async (client: CamClient): Promise<ReadonlySet<string>> => {
    if (performance.now() - readAt < MEMORY) return cameras;
    const options = { timeout: TIMEOUT };
    const [names, aliases] = await Promise.all([client.cameras(options), client.aliases(options)]);
    cameras = new Set([...names, ...Object.keys(aliases)]);
    readAt = performance.now();
    return cameras;
  };
  return {
    camera: async (name) => {
      if (cameraServer === null) return stores.configurations.has(name);
      try {
        return (await readCameras(cameraServer)).has(name);
      } catch {
        // a camera server that does not answer says nothing against the camera
        return null;
      }
    },
    background: (name) => stores.backgrounds.has(name),
    code: async (name) => {
      if (name.includes('/')) return null;
      return isBuiltInFunction(name) || (await stores.scripts.resolve(name)) !== null;
    },
    library: async (name) => {
      if (stores.libraries === null || name.includes('/')) return null;
      return (await stores.libraries.path(name)) !== null;
    },
  };
}
