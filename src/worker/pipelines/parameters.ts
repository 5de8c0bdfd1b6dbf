/**
 * The parameters of a running pipeline: a copy of its configuration, extended with run-time keys. They are what functions see and what
 * `processing_parameters` publishes, so the order of the keys is part of the contract.
 */
import { cloneJson, type JsonObject, type JsonValue, mergeObjects } from '../../common/json.js';
import { isJsonObject, isTruthy, numberOf } from '../../common/leniency.js';
import { normaliseRotation } from '../../processing/index.js';
import { readPulseIdRange } from '../../streaming/gate.js';
import { readCompression } from '../../streaming/sinks/index.js';
import type { PipelineInstanceOptions } from './options.js';

/**
 * Adds the run-time keys that every pipeline type has: `no_client_timeout`, `queue_size`, `mode`, `block`, the normalised
 * `pid_range`, and both compressions.
 * @throws CamServerError for a compression that does not exist
 */
export function prepareParameters(
  config: JsonObject,
  options: PipelineInstanceOptions,
  defaultMode: 'PUB' | 'PUSH',
): JsonObject {
  const parameters = cloneJson(config);
  const { no_client_timeout, queue_size, block } = options;
  const defaults = { no_client_timeout, queue_size, mode: defaultMode, block };
  for (const [key, value] of Object.entries(defaults)) parameters[key] ??= value;
  if (isTruthy(parameters.pid_range)) {
    parameters.pid_range = readPulseIdRange(parameters.pid_range)?.map(Number) ?? null;
  }
  parameters.data_compression = compressionName(parameters.data_compression, 'Data compression');
  parameters.data_header_compression = compressionName(
    parameters.data_header_compression,
    'Data header compression',
  );
  return parameters;
}

function compressionName(value: JsonValue | undefined, subject: string): string | null {
  const compression = readCompression(value, subject);
  return isTruthy(value) ? compression : null;
}

/** What follows for pipelines of images, once function and background are known. */
export interface ImageParameterFacts {
  /** A named function was imported. */
  readonly functionImported: boolean;
  /** Null: the background is not enabled. */
  readonly backgroundLoaded: boolean | null;
}

/** Adds the run-time keys of `processing`, in their order. */
export function addImageParameters(parameters: JsonObject, facts: ImageParameterFacts): void {
  if (facts.functionImported) parameters.reload = false;
  if (facts.backgroundLoaded !== null) parameters.image_background_ok = facts.backgroundLoaded;
  if (isTruthy(parameters.rotation)) parameters.rotation = completeRotation(parameters.rotation!);
  if (parameters.averaging !== undefined && parameters.averaging !== null) {
    const count = numberOf(parameters.averaging);
    parameters.averaging = count === null ? null : Math.trunc(count);
  }
  addFileParameters(parameters);
  if (isTruthy(parameters.bsread_address) || isMerging(parameters)) {
    parameters.bsread_image_buf = bufferSize(parameters.bsread_image_buf, 5000);
    parameters.bsread_data_buf = bufferSize(parameters.bsread_data_buf, 10_000);
  }
}

/** Adds the run-time keys of mode FILE; null means the default. */
export function addFileParameters(parameters: JsonObject): void {
  if (parameters.mode !== 'FILE') return;
  parameters.layout ??= 'DEFAULT';
  parameters.localtime ??= true;
  parameters.change ??= false;
}

/** Whether images are merged with a bsread stream. */
export function isMerging(parameters: JsonObject): boolean {
  return isTruthy(parameters.bsread_address) || (parameters.bsread_channels ?? null) !== null;
}

function bufferSize(value: JsonValue | undefined, maximum: number): number {
  return Math.min(Math.max(1, Math.trunc(numberOf(value ?? 1000) ?? 1000)), maximum);
}

/** `{angle, order, mode}` with the defaults and the literal kinds of numbers, or null when there is nothing to rotate by. */
function completeRotation(value: JsonValue): JsonValue {
  const complete = normaliseRotation(value);
  if (complete === null || !isJsonObject(value)) return complete;
  const rotation = mergeObjects({}, value);
  rotation.order = complete.order!;
  rotation.mode = complete.mode!;
  return rotation;
}

/** Settings that say what happens after an error or a silence; null and absent keys mean the server's default. */
export interface ErrorPolicy {
  readonly abortOnError: boolean;
  readonly abortOnTimeout: boolean;
  /** Certain errors are published instead of raised. */
  readonly notifyOnError: boolean;
  /** Seconds; 0 or less: off. */
  readonly streamTimeout: number;
  /** Seconds; 0 or less: off. */
  readonly cameraTimeout: number;
}

export function readErrorPolicy(parameters: JsonObject, options: PipelineInstanceOptions): ErrorPolicy {
  return {
    abortOnError: isTruthy(parameters.abort_on_error ?? options.abort_on_error),
    abortOnTimeout: isTruthy(parameters.abort_on_timeout ?? options.abort_on_timeout),
    notifyOnError: isTruthy(parameters.notify_on_error ?? notifiesByDefault(parameters, options)),
    streamTimeout: numberOf(parameters.stream_timeout ?? 10) ?? 10,
    cameraTimeout: numberOf(parameters.camera_timeout ?? 10) ?? 10,
  };
}

function notifiesByDefault(parameters: JsonObject, options: PipelineInstanceOptions): boolean {
  const endings = options.notify_on_error;
  if (typeof endings === 'boolean') return endings;
  const name = typeof parameters.name === 'string' ? parameters.name : '';
  return endings.some((ending) => name.endsWith(ending));
}
