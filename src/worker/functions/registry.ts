/**
 * The functions that `function` can name: the built-in ones, and users' scripts, which go before built-in ones of the same
 * name.
 */
import { CamServerError, errorText } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { isTruthy } from '../../common/leniency.js';
import type { InstanceLog } from '../../instances/types.js';
import { PROCESSING_FUNCTIONS, type ProcessingFunction } from '../../processing/index.js';
import { ScriptStore } from '../../storage/index.js';

export interface ImageFunction {
  readonly process: ProcessingFunction;
  /** Whether minimum, maximum and profiles of the whole image are needed. */
  readonly needsStatistics: boolean;
  /** Reads or writes process variables, which only the main thread does. */
  readonly usesProcessVariables: boolean;
}

/** Functions that look at the pixels only. */
const WITHOUT_STATISTICS = new Set(['transparent', 'psen', 'psss']);

/** Built-in functions of images by name. */
const IMAGE_FUNCTIONS: ReadonlyMap<string, ImageFunction> = new Map(
  Object.entries(PROCESSING_FUNCTIONS).map(([name, process]) => [
    name,
    { process, needsStatistics: !WITHOUT_STATISTICS.has(name), usesProcessVariables: name === 'psss' },
  ]),
);

/** Built-in functions of other pipeline types; they cannot process images. */
const OTHER_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['propagate_stream', 'stream'],
  ['propagate_stream_with_prefix', 'stream'],
  ['custom_pipeline', 'custom'],
]);

/**
 * The function of the parameters.
 * @throws CamServerError when there is none of that name
 */
export function imageFunctionOf(parameters: JsonObject): ImageFunction {
  const name = isTruthy(parameters.function) ? String(parameters.function) : 'default';
  const found = IMAGE_FUNCTIONS.get(name);
  if (found !== undefined) return found;
  const type = OTHER_FUNCTIONS.get(name);
  if (type === undefined) throw new CamServerError('INVALID_FUNCTION', `Invalid module: ${name}`);
  throw new CamServerError('INVALID_FUNCTION', `it is a function of pipelines of type '${type}'`);
}

/**
 * Looks the function of the parameters up; a failure is logged as `Could not import function <name>: <reason>.`.
 * @param folder of the users' scripts
 */
export async function importFunction(
  parameters: JsonObject,
  folder: string,
  log: InstanceLog,
): Promise<'default' | 'named' | 'failed'> {
  if (!isTruthy(parameters.function)) return 'default';
  const name = String(parameters.function);
  try {
    await refuseUserFunction(name, folder);
    imageFunctionOf(parameters);
    return 'named';
  } catch (error) {
    log.error(`Could not import function ${name}: ${errorText(error)}.`);
    return 'failed';
  }
}

async function refuseUserFunction(name: string, folder: string): Promise<void> {
  if (!name.includes('/') && (await new ScriptStore(folder).resolve(name)) === null) return;
  throw new CamServerError('NOT_AVAILABLE', 'user functions are not available yet');
}
