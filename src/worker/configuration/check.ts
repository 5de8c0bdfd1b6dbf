/**
 * Refuses values that would end a running instance or fail all its frames, before they reach it.
 */
import type { JsonObject } from '../../common/json.js';
import { isTruthy, wrongValue } from '../../common/leniency.js';
import { PARAMETERS, type Parameter, TYPE_LETTERS } from './parameters/index.js';

/**
 * Checks every known key that a pipeline of this type and function reads. Unknown keys, null and absent keys pass.
 * @throws CamServerError `INVALID_CONFIGURATION` with the key, its value, and what it should be
 */
export function checkParameters(config: JsonObject): void {
  for (const parameter of PARAMETERS) {
    const value = config[parameter.name];
    if (value === null || value === undefined || !isRead(parameter, config)) continue;
    if (!parameter.kind.accepts(value)) throw wrongValue(parameter.name, value, parameter.kind.expected);
  }
}

function isRead(parameter: Parameter, config: JsonObject): boolean {
  const ofType = [...parameter.types].some((letter) => TYPE_LETTERS[letter] === config.pipeline_type);
  if (!ofType || parameter.functions === undefined) return ofType;
  return parameter.functions.includes(isTruthy(config.function) ? String(config.function) : '');
}
