/** What a pipeline needs on the worker besides its configuration (`cluster.md` 9.2, 9.3). */
import type { JsonObject } from '../common/json.js';
import { isTruthy } from '../common/leniency.js';
import type { LibraryStore, ScriptStore } from '../storage/index.js';
import type { Parcel } from './distribution.js';

/**
 * @param config complete: what the instance will run with
 * @param configuration to be stored on the worker, or null
 */
export async function pipelineParcel(
  config: JsonObject,
  configuration: Parcel['configuration'],
  scripts: ScriptStore,
  libraries: LibraryStore,
): Promise<Parcel> {
  const code = await Promise.all(
    scriptNames(config).map((name) => (name.includes('/') ? null : scripts.resolve(name))),
  );
  const present = new Set(await libraries.names());
  return {
    configuration,
    backgrounds:
      isTruthy(config.image_background_enable) && isTruthy(config.image_background)
        ? [String(config.image_background)]
        : [],
    scripts: code.filter((file) => file !== null),
    libraries: libraryNames(config).filter((name) => present.has(name)),
  };
}

/** Built-in functions have no file and are not sent. */
function scriptNames({ function: name, pipeline_type: type, pipeline_script: script }: JsonObject): string[] {
  const names = [name, type === 'script' ? script : null];
  return names.filter((entry): entry is string => typeof entry === 'string' && entry !== '');
}

function libraryNames({ libs }: JsonObject): string[] {
  if (!isTruthy(libs)) return [];
  return (Array.isArray(libs) ? libs : [libs]).map(String);
}
