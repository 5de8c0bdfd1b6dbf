/**
 * Other names and groups of cameras and pipelines, read from the keys `alias` and `group` of all configurations.
 */
import type { JsonObject, JsonValue } from '../common/json.js';
import { isTruthy } from '../common/leniency.js';

/** Expanded or stored configurations by camera name. */
export type NamedConfigurations = ReadonlyMap<string, JsonObject>;

/** Alias → camera name. The name of a configuration is never an alias; of duplicates the last one wins. */
export function aliasesOf(configurations: NamedConfigurations): Map<string, string> {
  const aliases = new Map<string, string>();
  for (const [name, config] of configurations) {
    for (const alias of textsOf(config.alias)) if (!configurations.has(alias)) aliases.set(alias, name);
  }
  return aliases;
}

/** Group → names of its members, each once. */
export function groupsOf(configurations: NamedConfigurations): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, config] of configurations) {
    for (const group of new Set(textsOf(config.group))) {
      groups.set(group, [...(groups.get(group) ?? []), name]);
    }
  }
  return groups;
}

function textsOf(value: JsonValue | undefined): string[] {
  if (!isTruthy(value)) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
