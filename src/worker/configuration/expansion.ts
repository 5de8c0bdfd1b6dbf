/**
 * The stored document of a pipeline: defaults, expansion, and the checks whose texts clients know.
 */
import { CamServerError } from '../../common/errors.js';
import {
  formatJson,
  isFloatLiteral,
  type JsonObject,
  type JsonValue,
  mergeObjects,
  parseJson,
} from '../../common/json.js';
import { isJsonObject, isTruthy, overlayDefaults, quotedList, requireKeys } from '../../common/leniency.js';

export const PIPELINE_TYPES = [
  'processing',
  'store',
  'stream',
  'custom',
  'fanout',
  'fanin',
  'script',
] as const;

export type PipelineType = (typeof PIPELINE_TYPES)[number];

const PROCESSING_DEFAULTS: JsonObject = {
  image_background_enable: false,
  image_background: null,
  image_threshold: null,
  image_region_of_interest: null,
  image_good_region: null,
  image_slices: null,
  pipeline_type: 'processing',
};

const SECTION_DEFAULTS: Readonly<Record<string, JsonObject>> = {
  image_good_region: parseJson('{"threshold": 0.3, "gfscale": 1.8}') as JsonObject,
  image_slices: parseJson('{"number_of_slices": 1, "scale": 2, "orientation": "vertical"}') as JsonObject,
};

/**
 * Completes a configuration. Without a type it is one of `processing`, and only that type has defaults: they are overlaid
 * with every key that is not null, so null restores a default and disappears under any other key. The sections
 * `image_good_region` and `image_slices` are completed in the same way. Other types stay as they are.
 * @param config is not changed
 */
export function expandPipelineConfiguration(config: JsonObject): JsonObject {
  const type = isTruthy(config.pipeline_type) ? (config.pipeline_type as JsonValue) : 'processing';
  if (type !== 'processing') return mergeObjects({}, config);
  const expanded = overlayDefaults(PROCESSING_DEFAULTS, config);
  expanded.pipeline_type = type;
  for (const [key, defaults] of Object.entries(SECTION_DEFAULTS)) {
    const section = expanded[key];
    if (isJsonObject(section)) expanded[key] = overlayDefaults(defaults, section);
  }
  return expanded;
}

/**
 * Checks what every pipeline must have, in the order and with the texts of the contract.
 * @throws CamServerError `INVALID_CONFIGURATION`
 */
export function validatePipelineConfiguration(config: JsonObject): void {
  if (Object.keys(config).length === 0)
    throw invalid(`Config object cannot be empty.\nConfig: ${formatJson(config)}`);
  const type = config.pipeline_type ?? null;
  if (type === 'processing') requireProcessingKeys(config);
  if ((type === 'processing' || type === 'store') && !isTruthy(config.camera_name)) {
    throw invalid('Camera name not specified in configuration.');
  }
  if (type === 'processing') validateSlices(config.image_slices);
  if (!PIPELINE_TYPES.includes(type as PipelineType)) {
    throw invalid(
      `pipeline_type '${type}' not present in mapping. Available: ${quotedList(PIPELINE_TYPES)}.`,
    );
  }
  if (config.mode === 'FILE' && !isTruthy(config.file)) throw invalid('File name not defined');
}

function requireProcessingKeys(config: JsonObject): void {
  requireKeys(config, PROCESSING_DEFAULTS, 'configuration');
  for (const [key, defaults] of Object.entries(SECTION_DEFAULTS)) {
    const section = config[key];
    if (isJsonObject(section)) requireKeys(section, defaults, key);
  }
}

function validateSlices(slices: JsonValue | undefined): void {
  if (!isJsonObject(slices)) return;
  const { number_of_slices: count, orientation } = slices;
  const isInteger =
    typeof count === 'boolean' || (typeof count === 'number' && !isFloatLiteral(slices, 'number_of_slices'));
  if (!isInteger) throw invalid('number_of_slices must be an integer.');
  if (orientation !== 'vertical' && orientation !== 'horizontal') {
    throw invalid(
      `Invalid slice orientation '${orientation}'. Slices orientation can be 'vertical' or 'horizontal'.`,
    );
  }
}

function invalid(message: string): CamServerError {
  return new CamServerError('INVALID_CONFIGURATION', message);
}

/**
 * Merges an update into a configuration: each key replaces, null included; the sections `image_good_region` and
 * `image_slices` are merged key by key into a present section. The result is not expanded.
 */
export function mergePipelineUpdate(current: JsonObject, update: JsonObject): JsonObject {
  const merged = mergeObjects(current, update);
  for (const key of Object.keys(SECTION_DEFAULTS)) {
    const before = current[key];
    const section = update[key];
    if (isJsonObject(before) && isTruthy(before) && isJsonObject(section))
      merged[key] = mergeObjects(before, section);
  }
  return merged;
}
