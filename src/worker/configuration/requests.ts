/** What a request must bring along. */
import { CamServerError } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';

/** The configuration that a pipeline is to be made of. @throws CamServerError when there is none */
export function givenConfiguration(config: JsonObject | null): JsonObject {
  if (config !== null && Object.keys(config).length > 0) return config;
  throw new CamServerError(
    'NOTHING_TO_CREATE',
    'You must specify either the pipeline name or the configuration for the pipeline.',
  );
}

/** What is to change. @throws CamServerError when that is nothing */
export function givenUpdate(update: JsonObject | null): JsonObject {
  if (update !== null && Object.keys(update).length > 0) return update;
  throw new CamServerError('EMPTY_UPDATE', 'Config updates cannot be empty.');
}
