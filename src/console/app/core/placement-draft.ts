/** Editing of the pool and of the permanent list: plain documents in, plain documents out. */
import type { JsonRecord } from './plant.js';
import { recordOf, textsOf } from './values.js';

/** `["#"]name[":"port]` */
export interface FixedEntry {
  readonly enabled: boolean;
  readonly name: string;
  readonly port: string;
}

export function readFixed(text: string): FixedEntry {
  const enabled = !text.startsWith('#');
  const [name = '', port = ''] = (enabled ? text : text.slice(1)).trim().split(':');
  return { enabled, name, port };
}

export function writeFixed({ enabled, name, port }: FixedEntry): string {
  return `${enabled ? '' : '#'}${name}${port === '' ? '' : `:${port}`}`;
}

export function fixedOf(pool: JsonRecord, worker: string): FixedEntry[] {
  return textsOf(recordOf(pool[worker]).instances).map(readFixed);
}

/** Addresses of the workers that a configuration is fixed on, by its name; entries that are switched off do not count. */
export function fixedPlaces(pool: JsonRecord): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const worker of Object.keys(pool)) {
    for (const { enabled, name } of fixedOf(pool, worker)) {
      if (enabled) places.set(name, [...(places.get(name) ?? []), worker]);
    }
  }
  return places;
}

export function withWorker(pool: JsonRecord, worker: string, changes: JsonRecord): JsonRecord {
  return { ...pool, [worker]: { ...recordOf(pool[worker]), ...changes } };
}

export function withFixed(pool: JsonRecord, worker: string, entries: readonly FixedEntry[]): JsonRecord {
  return withWorker(pool, worker, { instances: entries.map(writeFixed) });
}

/**
 * Fixes a configuration on a worker: moved there with its port when it is fixed elsewhere, else as a new entry behind the others.
 * The same pool when it is there already.
 */
export function fixedThere(pool: JsonRecord, name: string, worker: string): JsonRecord {
  const isIt = (entry: FixedEntry): boolean => entry.name === name;
  if (name === '' || fixedOf(pool, worker).some(isIt)) return pool;
  const from = Object.keys(pool).filter((url) => fixedOf(pool, url).some(isIt));
  const entry = from.flatMap((url) => fixedOf(pool, url)).find(isIt);
  const without = from.reduce(
    (rest, url) =>
      withFixed(
        rest,
        url,
        fixedOf(rest, url).filter((other) => !isIt(other)),
      ),
    pool,
  );
  return withFixed(without, worker, [
    ...fixedOf(without, worker),
    entry ?? { enabled: true, name, port: '' },
  ]);
}

export function withoutKey(document: JsonRecord, key: string): JsonRecord {
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== key));
}

export interface PermanentEntry {
  readonly enabled: boolean;
  readonly name: string;
  readonly configuration: string;
}

export function readPermanent(document: JsonRecord): PermanentEntry[] {
  return Object.entries(document).map(([key, value]) => ({
    enabled: !key.startsWith('#'),
    name: key.replace(/^#/, ''),
    configuration: String(value),
  }));
}

export function writePermanent(entries: readonly PermanentEntry[]): JsonRecord {
  return Object.fromEntries(
    entries.map(({ enabled, name, configuration }) => [`${enabled ? '' : '#'}${name}`, configuration]),
  );
}

/** What is wrong with a draft before any server is asked. @param configurations names of the stored ones */
export function draftProblems(
  pool: JsonRecord,
  permanent: JsonRecord,
  configurations: ReadonlySet<string>,
): string[] {
  const problems: string[] = [];
  for (const { enabled, name, configuration } of readPermanent(permanent)) {
    if (enabled && !configurations.has(configuration)) {
      problems.push(`Permanent instance ${name}: there is no configuration ${configuration}.`);
    }
  }
  const places = new Map<string, string>();
  for (const worker of Object.keys(pool)) {
    const ports = new Map<string, string>();
    for (const { enabled, name, port } of fixedOf(pool, worker)) {
      if (!enabled) continue;
      const other = places.get(name);
      if (other !== undefined) problems.push(`${name} is fixed on ${other} and on ${worker}.`);
      places.set(name, worker);
      const neighbour = port === '' ? undefined : ports.get(port);
      if (neighbour !== undefined)
        problems.push(`${worker}: ${neighbour} and ${name} are fixed on port ${port}.`);
      if (port !== '') ports.set(port, name);
    }
  }
  return problems;
}
