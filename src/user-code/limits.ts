/** What one call of a user's function may take. */
import type { JsonObject } from '../common/json.js';
import { requireNumber } from '../common/leniency.js';
import { UserCodeError } from './error.js';

export interface FunctionLimits {
  /** Time of one call. */
  readonly seconds: number;
  /** Memory of a thread's heap, or of a process beyond what it has after loading. */
  readonly megabytes: number;
}

const DEFAULTS: FunctionLimits = { seconds: 10, megabytes: 1024 };

/** The parameters `function_timeout` and `function_memory`; what is no positive number counts as absent. */
export function readLimits(parameters: JsonObject): FunctionLimits {
  const { seconds, megabytes } = DEFAULTS;
  const timeout = requireNumber(parameters, 'function_timeout', seconds);
  const memory = requireNumber(parameters, 'function_memory', megabytes);
  return {
    seconds: timeout > 0 ? timeout : seconds,
    megabytes: memory > 0 ? memory : megabytes,
  };
}

/** A call passed a limit. */
export function limitError(
  name: string,
  limit: 'time' | 'memory',
  { seconds, megabytes }: FunctionLimits,
  trace: string | null = null,
): UserCodeError {
  const text =
    limit === 'time'
      ? `'${name}' did not finish within ${seconds} s (function_timeout) and was stopped`
      : `'${name}' needed more than ${megabytes} MB of memory (function_memory) and was stopped`;
  return new UserCodeError('limit', text, trace);
}
