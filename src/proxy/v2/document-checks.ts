/**
 * Checks of configurations with all findings at once, for editors and for `camserver validate`: syntax, keys and values, and
 * what the document refers to.
 */

import { expandCameraConfiguration, prepareCameraConfiguration } from '../../camera/configuration.js';
import { cameraConfigurationSchema } from '../../camera/configuration-schema.js';
import { fixedPort, readCameraSettings } from '../../camera/settings.js';
import { CamServerError, errorText } from '../../common/errors.js';
import { formatJson, type JsonObject, type JsonValue, parseJson } from '../../common/json.js';
import { isJsonObject, isTruthy } from '../../common/leniency.js';
import { nameFault } from '../../common/names.js';
import {
  expandPipelineConfiguration,
  loadPipelineConfiguration,
  parameterFaults,
  pipelineConfigurationSchema,
} from '../../worker/configuration/index.js';
import type { ClusterName } from './records.js';

export interface Finding {
  /** JSON Pointer; empty for the whole document. */
  readonly path: string;
  /** Where in the text; null when there is no text or it cannot be told. */
  readonly line: number | null;
  readonly message: string;
}

export interface Findings {
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** Completed with its defaults; null when it has errors. */
  readonly expanded: JsonObject | null;
  /** As parsed; null when the text is no JSON object. */
  readonly config: JsonObject | null;
}

/** Looks up what a document refers to; each says whether it exists, or null when that cannot be found out. */
export interface References {
  camera(name: string): Promise<boolean | null>;
  background(name: string): Promise<boolean | null>;
  code(name: string): Promise<boolean | null>;
  library(name: string): Promise<boolean | null>;
}

const KEYS: Readonly<Record<ClusterName, ReadonlySet<string>>> = {
  cameras: new Set(['name', ...Object.keys(cameraConfigurationSchema.properties)]),
  pipelines: new Set(['name', ...Object.keys(pipelineConfigurationSchema().properties as JsonObject)]),
};

/** @param references null: what the document refers to is not looked for */
export async function checkText(
  cluster: ClusterName,
  text: string,
  references: References | null,
): Promise<Findings> {
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (error) {
    const message = errorText(error);
    const line = Number(/line (\d+) column/.exec(message)?.[1] ?? 1);
    return { errors: [{ path: '', line, message }], warnings: [], expanded: null, config: null };
  }
  if (!isJsonObject(value)) {
    const message = 'A configuration is a JSON object.';
    return { errors: [{ path: '', line: 1, message }], warnings: [], expanded: null, config: null };
  }
  const findings = await checkDocument(cluster, value, references);
  const withLine = (finding: Finding): Finding => ({ ...finding, line: lineOf(text, finding.path) });
  return { ...findings, errors: findings.errors.map(withLine), warnings: findings.warnings.map(withLine) };
}

export async function checkDocument(
  cluster: ClusterName,
  config: JsonObject,
  references: References | null,
): Promise<Findings> {
  const errors = cluster === 'cameras' ? cameraErrors(config) : pipelineErrors(config);
  const warnings = unknownKeys(cluster, config);
  if (errors.length === 0 && references !== null)
    warnings.push(...(await brokenReferences(cluster, config, references)));
  const expanded =
    errors.length > 0
      ? null
      : cluster === 'cameras'
        ? expandCameraConfiguration(config)
        : expandPipelineConfiguration(config);
  return { errors, warnings, expanded, config };
}

function cameraErrors(config: JsonObject): Finding[] {
  return faultOf(() => {
    const prepared = prepareCameraConfiguration(config);
    readCameraSettings(prepared);
    fixedPort(prepared);
  });
}

function pipelineErrors(config: JsonObject): Finding[] {
  const whole = faultOf(() => loadPipelineConfiguration(config));
  const values = parameterFaults(expandPipelineConfiguration(config)).map(({ key, message }) =>
    finding(`/${key}`, message),
  );
  return [...whole, ...values];
}

function faultOf(check: () => void): Finding[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof CamServerError)) throw error;
    const key = /^Invalid value of '([^']+)'/.exec(error.message)?.[1];
    return [finding(key === undefined ? '' : `/${key}`, error.message)];
  }
}

/** Keys of a user's function are its own affair, unless they look like a typing error. */
function unknownKeys(cluster: ClusterName, config: JsonObject): Finding[] {
  const known = KEYS[cluster];
  const hasFunction = [config.function, config.pipeline_script, config.class].some(isTruthy);
  const findings: Finding[] = [];
  for (const key of Object.keys(config)) {
    if (known.has(key) || key.startsWith('_')) continue;
    const similar = mostSimilar(key, known);
    if (similar === null && hasFunction) continue;
    const advice = similar === null ? 'It is kept and has no effect.' : `Did you mean '${similar}'?`;
    findings.push(finding(`/${key}`, `CamServer does not know the key '${key}'. ${advice}`));
  }
  return findings;
}

async function brokenReferences(
  cluster: ClusterName,
  config: JsonObject,
  references: References,
): Promise<Finding[]> {
  const found: Finding[] = [];
  const look = async (key: string, kind: keyof References, value: JsonValue | undefined): Promise<void> => {
    if (typeof value !== 'string' || value === '') return;
    if ((await references[kind](value)) !== false) return;
    const what = kind === 'code' ? 'script or built-in function' : kind;
    found.push(finding(`/${key}`, `There is no ${what} '${value}'.`));
  };
  await look('image_background', 'background', config.image_background);
  if (cluster === 'pipelines') {
    await look('camera_name', 'camera', config.camera_name);
    if (config.pipeline_type !== 'script') await look('function', 'code', config.function);
    else await look('pipeline_script', 'code', config.pipeline_script);
    const libraries = Array.isArray(config.libs) ? config.libs : [config.libs];
    for (const library of libraries) await look('libs', 'library', library);
  } else if (config.source_type === 'script') await look('class', 'code', config.class);
  return found;
}

/** What is wrong with a name for a new configuration; null when nothing is. */
export function nameFinding(name: string): Finding | null {
  const fault = nameFault(name);
  return fault === null ? null : finding('/name', `The name cannot be used: ${fault}.`);
}

/** Keys that the defaults add. */
export function addedDefaults(config: JsonObject, expanded: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(expanded).filter(([key]) => !Object.hasOwn(config, key)));
}

function finding(path: string, message: string): Finding {
  return { path, line: null, message };
}

/** The line of a top-level key. */
function lineOf(text: string, path: string): number | null {
  const key = path.split('/')[1];
  if (key === undefined) return null;
  const at = text.indexOf(JSON.stringify(key));
  return at < 0 ? null : text.slice(0, at).split('\n').length;
}

/** The known key that a typing error is likely to have meant. */
function mostSimilar(key: string, known: ReadonlySet<string>): string | null {
  let best: string | null = null;
  let smallest = Math.max(2, Math.floor(key.length / 4)) + 1;
  for (const candidate of known) {
    const distance = editDistance(key.toLowerCase(), candidate);
    if (distance < smallest) [best, smallest] = [candidate, distance];
  }
  return best;
}

/** Levenshtein, one row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same));
    }
    row = next;
  }
  return row[right.length]!;
}

/** @throws CamServerError INVALID_BODY for anything but an object */
export function requireObject(value: unknown, what: string): JsonObject {
  if (isJsonObject(value as JsonObject)) return value as JsonObject;
  throw new CamServerError(
    'INVALID_BODY',
    `'${what}' must be a JSON object, not ${formatJson(value).slice(0, 60)}.`,
  );
}
