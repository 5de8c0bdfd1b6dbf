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

const DEFAULT_SECONDS = 10;
const DEFAULT_MEGABYTES = 1024;
/** For code that shares its process with everything else, messages that wait for slow clients included. */
const DEFAULT_SCRIPT_MEGABYTES = 4096;
/** Timers cannot be set for longer: 24 days. */
const MAXIMUM_SECONDS = 2_000_000;

/**
 * The parameters `function_timeout` and `function_memory`; what is no positive number counts as absent.
 * @throws CamServerError for what is no number at all
 */
export function readLimits(parameters: JsonObject, defaultMegabytes = DEFAULT_MEGABYTES): FunctionLimits {
  const seconds = requireNumber(parameters, 'function_timeout', DEFAULT_SECONDS);
  const megabytes = requireNumber(parameters, 'function_memory', defaultMegabytes);
  return {
    seconds: seconds > 0 ? Math.min(seconds, MAXIMUM_SECONDS) : DEFAULT_SECONDS,
    megabytes: megabytes > 0 ? megabytes : defaultMegabytes,
  };
}

/** The same for scripts on the main thread of their instance (cameras and whole pipelines in JavaScript). */
export function readScriptLimits(parameters: JsonObject): FunctionLimits {
  return readLimits(parameters, DEFAULT_SCRIPT_MEGABYTES);
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
