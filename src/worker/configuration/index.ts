/**
 * Configurations of pipelines: from the document of a user to the expanded, checked one that an instance runs with.
 */
import type { JsonObject } from '../../common/json.js';
import { checkParameters } from './check.js';
import { expandPipelineConfiguration, validatePipelineConfiguration } from './expansion.js';

export { checkParameters, type ParameterFault, parameterFaults } from './check.js';
export {
  expandPipelineConfiguration,
  mergePipelineUpdate,
  PIPELINE_TYPES,
  type PipelineType,
  validatePipelineConfiguration,
} from './expansion.js';
export { givenConfiguration, givenUpdate } from './requests.js';
export { pipelineConfigurationSchema } from './schema.js';

/**
 * Expands and validates with the checks of the contract only: what happens when a stored document is read, so that one with
 * a wrong value can still be looked at and repaired.
 * @throws CamServerError `INVALID_CONFIGURATION`
 */
export function loadPipelineConfiguration(config: JsonObject): JsonObject {
  const expanded = expandPipelineConfiguration(config);
  validatePipelineConfiguration(expanded);
  return expanded;
}

/**
 * Expands, validates, and refuses values that an instance could not run with: what happens on save, creation and update.
 * @throws CamServerError `INVALID_CONFIGURATION`
 */
export function preparePipelineConfiguration(config: JsonObject): JsonObject {
  const expanded = loadPipelineConfiguration(config);
  checkParameters(expanded);
  return expanded;
}
