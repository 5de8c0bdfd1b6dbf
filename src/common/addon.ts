/**
 * The one place that loads the native addons. The rooms that use one wrap it in their own typed functions
 * (`processing/native.ts`, `bsread/native.ts`, `hdf5/native.ts`); nobody else touches it.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { errorText } from './errors.js';
import { packageRoot } from './package.js';

export interface LoadedAddon<T> {
  readonly addon: T | null;
  /** Why `addon` is null. */
  readonly reason: string | null;
}

/** `camserver`: kernels and wire; `camserver_hdf5`: files, built only where the HDF5 library is installed. */
export type AddonName = 'camserver' | 'camserver_hdf5';

const loaded = new Map<AddonName, LoadedAddon<object>>();

/**
 * Loads `build/Release/<name>.node` once per thread.
 * `CAMSERVER_NO_ADDON=1` behaves as if `camserver` could not be loaded, which serves tests and comparisons.
 */
export function loadAddon<T extends object>(name: AddonName = 'camserver'): LoadedAddon<T> {
  let result = loaded.get(name);
  if (result === undefined) {
    result = load(name);
    loaded.set(name, result);
  }
  return result as LoadedAddon<T>;
}

function load(name: AddonName): LoadedAddon<object> {
  if (name === 'camserver' && process.env.CAMSERVER_NO_ADDON === '1') {
    return { addon: null, reason: 'CAMSERVER_NO_ADDON is set' };
  }
  const path = join(packageRoot, 'build', 'Release', `${name}.node`);
  try {
    return { addon: createRequire(import.meta.url)(path) as object, reason: null };
  } catch (error) {
    const reason = errorText(error);
    if (name === 'camserver') warn(reason);
    return { addon: null, reason };
  }
}

/** Once per process; `camserver_hdf5` needs none, as whoever asks for a file gets the reason as an error. */
function warn(reason: string): void {
  if (!isMainThread) return;
  process.emitWarning(
    `The native addon cannot be loaded; CamServer runs on the slower TypeScript code. \`npm run setup\` builds the addon. (${reason})`,
    'CamServerWarning',
  );
}
