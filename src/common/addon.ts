/**
 * The one place that loads the native addon. The rooms that use it wrap it in their own typed functions
 * (`processing/native.ts`, `bsread/native.ts`); nobody else touches it.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { errorText } from './errors.js';
import { packageRoot } from './package.js';

export interface LoadedAddon<T> {
  readonly addon: T | null;
  /** Why `addon` is null. */
  readonly reason: string | null;
}

let loaded: LoadedAddon<object> | null = null;

/**
 * Loads `build/Release/camserver.node` once per thread.
 * `CAMSERVER_NO_ADDON=1` behaves as if it could not be loaded, which serves tests and comparisons.
 */
export function loadAddon<T extends object>(): LoadedAddon<T> {
  loaded ??= load();
  return loaded as LoadedAddon<T>;
}

function load(): LoadedAddon<object> {
  if (process.env.CAMSERVER_NO_ADDON === '1') return { addon: null, reason: 'CAMSERVER_NO_ADDON is set' };
  const path = join(packageRoot, 'build', 'Release', 'camserver.node');
  try {
    return { addon: createRequire(import.meta.url)(path) as object, reason: null };
  } catch (error) {
    return { addon: null, reason: errorText(error) };
  }
}
