/** The list of permanent instances (`permanent_instances.json`): instance name → configuration name. */
import { CamServerError } from '../common/errors.js';
import type { JsonObject, JsonValue } from '../common/json.js';
import { isJsonObject } from '../common/leniency.js';
import { nameFault } from '../common/names.js';

export interface PermanentEntry {
  /** Without the `#` of a disabled entry. */
  readonly name: string;
  readonly configuration: string;
  readonly enabled: boolean;
}

/**
 * Reads a list. A configuration of null stands for the one with the name of the instance; a `#` before a name disables it.
 * @throws CamServerError naming the entry and what is allowed
 */
export function parsePermanentList(document: JsonValue): PermanentEntry[] {
  if (!isJsonObject(document)) {
    throw invalid('The permanent instances must be an object: instance name -> configuration name');
  }
  const entries = Object.entries(document).map(([key, value]) => parseEntry(key, value));
  const enabled = entries.filter((entry) => entry.enabled).map((entry) => entry.name);
  const twice = enabled.find((name, index) => enabled.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`The permanent instance '${twice}' is listed twice`);
  return entries;
}

/** As clients and the file have it: every configuration as text. */
export function formatPermanentList(entries: readonly PermanentEntry[]): JsonObject {
  return Object.fromEntries(
    entries.map(({ name, configuration, enabled }) => [enabled ? name : `#${name}`, configuration]),
  );
}

function parseEntry(key: string, value: JsonValue): PermanentEntry {
  const enabled = !key.startsWith('#');
  const name = (enabled ? key : key.slice(1)).trim();
  const configuration = value === null || value === '' ? name : value;
  if (typeof configuration !== 'string') {
    throw invalid(
      `Permanent instance '${key}': the name of a configuration is expected, not ${typeof value}`,
    );
  }
  const fault = nameFault(name) ?? nameFault(configuration);
  if (fault !== null)
    throw invalid(`Permanent instance '${key}' -> '${configuration}': a name is wrong, ${fault}`);
  return { name, configuration: configuration.trim(), enabled };
}

function invalid(message: string): CamServerError {
  return new CamServerError('INVALID_PERMANENT_LIST', `${message}.`);
}
