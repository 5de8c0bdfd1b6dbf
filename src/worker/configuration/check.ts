/**
 * Refuses values that would end a running instance or fail all its frames, before they reach it.
 */
import { CamServerError } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { isTruthy, wrongValue } from '../../common/leniency.js';
import { PARAMETERS, type Parameter, TYPE_LETTERS } from './parameters/index.js';

/** What is wrong with one key. */
export interface ParameterFault {
  readonly key: string;
  readonly message: string;
}

/**
 * Looks at every known key that a pipeline of this type and function reads. Unknown keys, null and absent keys pass.
 */
export function parameterFaults(config: JsonObject): ParameterFault[] {
  const faults: ParameterFault[] = [];
  for (const parameter of PARAMETERS) {
    const key = parameter.name;
    const value = config[key];
    if (value === null || value === undefined || !isRead(parameter, config)) continue;
    if (parameter.kind.accepts(value)) continue;
    faults.push({ key, message: wrongValue(key, value, parameter.kind.expected).message });
  }
  return faults;
}

/**
 * Checks every known key as `parameterFaults`.
 * @throws CamServerError `INVALID_CONFIGURATION` with the key, its value, and what it should be
 */
export function checkParameters(config: JsonObject): void {
  const [fault] = parameterFaults(config);
  if (fault !== undefined) throw new CamServerError('INVALID_CONFIGURATION', fault.message);
}

function isRead(parameter: Parameter, config: JsonObject): boolean {
  const ofType = [...parameter.types].some((letter) => TYPE_LETTERS[letter] === config.pipeline_type);
  if (!ofType || parameter.functions === undefined) return ofType;
  return parameter.functions.includes(isTruthy(config.function) ? String(config.function) : '');
}
