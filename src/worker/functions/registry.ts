/**
 * The built-in functions that `function` can name. Users' scripts go before built-in ones of the same name (`importer.ts`).
 */
import { CamServerError } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { isTruthy } from '../../common/leniency.js';
import type { ChannelValues } from '../../common/values.js';
import { PROCESSING_FUNCTIONS, type ProcessingInput } from '../../processing/index.js';

export interface ImageFunction {
  /** As `ProcessingFunction`; users' functions may take their time. */
  process(
    input: ProcessingInput,
    parameters: JsonObject,
  ): ChannelValues | null | Promise<ChannelValues | null>;
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
