/**
 * The built-in functions that `function` can name. Users' scripts go before built-in ones of the same name (`importer.ts`).
 */
import { CamServerError } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { isTruthy } from '../../common/leniency.js';
import type { ChannelValues } from '../../common/values.js';
import { PROCESSING_FUNCTIONS, type ProcessingInput } from '../../processing/index.js';
import { CUSTOM_FUNCTIONS } from './custom-functions.js';
import { STREAM_FUNCTIONS } from './stream-functions.js';

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

/** Pipeline types by the names of their built-in functions. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ...Array.from(IMAGE_FUNCTIONS.keys(), (name) => [name, 'processing'] as const),
  ...Array.from(STREAM_FUNCTIONS.keys(), (name) => [name, 'stream'] as const),
  ...Array.from(CUSTOM_FUNCTIONS.keys(), (name) => [name, 'custom'] as const),
]);

/** Whether CamServer itself brings a function of this name. */
export function isBuiltInFunction(name: string): boolean {
  return TYPES.has(name);
}

/** The error for a name that stands for no function of the wanted pipeline type. */
export function unknownFunction(name: string): CamServerError {
  const type = TYPES.get(name);
  const text =
    type === undefined ? `Invalid module: ${name}` : `it is a function of pipelines of type '${type}'`;
  return new CamServerError('INVALID_FUNCTION', text);
}

/**
 * The function of the parameters.
 * @throws CamServerError when there is none of that name
 */
export function imageFunctionOf(parameters: JsonObject): ImageFunction {
  const name = isTruthy(parameters.function) ? String(parameters.function) : 'default';
  const found = IMAGE_FUNCTIONS.get(name);
  if (found === undefined) throw unknownFunction(name);
  return found;
}
