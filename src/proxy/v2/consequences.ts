/** What a new pool or a new list of permanent instances would do to what runs. */
import { CamServerError, errorText } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import type { ConfigurationStore } from '../../storage/index.js';
import { parsePermanentList } from '../permanent-list.js';
import { type PoolServer, parsePool } from '../pool-configuration.js';
import { workerName } from './local-cluster.js';
import type { ClusterRecord } from './records.js';

export interface Consequences {
  readonly starts: readonly string[];
  readonly stops: readonly { readonly instance: string; readonly clients: number | null }[];
  /** Any of them refuses the document. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

export async function permanentConsequences(
  document: JsonObject,
  present: JsonObject,
  record: ClusterRecord | null,
  store: ConfigurationStore,
): Promise<Consequences> {
  const parsed = attempt(() => parsePermanentList(document));
  if (typeof parsed === 'string') return { starts: [], stops: [], errors: [parsed], warnings: [] };
  const wanted = new Map(
    parsed.filter(({ enabled }) => enabled).map(({ name, configuration }) => [name, configuration]),
  );
  const before = parsePermanentList(present).filter(({ enabled }) => enabled);
  const errors: string[] = [];
  for (const [name, configuration] of wanted) {
    const isNew = !before.some((entry) => entry.name === name && entry.configuration === configuration);
    if (isNew && !(await store.has(configuration))) {
      errors.push(`'${name}': there is no configuration '${configuration}'.`);
    }
  }
  const running = new Map(record?.instances.map((instance) => [instance.instance, instance]));
  const stops = before
    .filter(({ name, configuration }) => wanted.get(name) !== configuration)
    .filter(({ name }) => (running.get(name)?.worker ?? null) !== null)
    .map(({ name }) => ({ instance: name, clients: running.get(name)!.statistics?.clients ?? null }));
  const starts = [...wanted.keys()].filter((name) => (running.get(name)?.worker ?? null) === null);
  return { starts, stops, errors, warnings: [] };
}

export async function poolConsequences(
  document: JsonObject,
  present: JsonObject,
  record: ClusterRecord | null,
  store: ConfigurationStore,
): Promise<Consequences> {
  const servers = attempt(() => parsePool(document));
  if (typeof servers === 'string') return { starts: [], stops: [], errors: [servers], warnings: [] };
  const warnings = [...(await fixedWarnings(servers, store)), ...leavingWarnings(servers, present, record)];
  if (servers.length === 0) warnings.push('No worker is left: nothing can be started.');
  else if (!servers.some(({ expanding, draining }) => expanding && !draining)) {
    warnings.push('No worker takes instances by the least-load rule.');
  }
  return { starts: [], stops: [], errors: [], warnings };
}

async function fixedWarnings(servers: readonly PoolServer[], store: ConfigurationStore): Promise<string[]> {
  const warnings: string[] = [];
  const places = new Map<string, string>();
  for (const { address, fixedInstances } of servers) {
    const ports = new Map<number, string>();
    for (const { name, port } of fixedInstances) {
      const other = places.get(name);
      if (other !== undefined && other !== address) {
        warnings.push(
          `'${name}' is fixed on ${workerName(other)} and on ${workerName(address)}; the first one counts.`,
        );
      }
      places.set(name, other ?? address);
      if (!(await store.has(name))) warnings.push(`'${name}' is fixed, but there is no such configuration.`);
      if (port === null) continue;
      const holder = ports.get(port);
      if (holder !== undefined && holder !== name) {
        warnings.push(`'${holder}' and '${name}' are both fixed to port ${port} of ${workerName(address)}.`);
      }
      ports.set(port, name);
    }
  }
  return warnings;
}

function leavingWarnings(
  servers: readonly PoolServer[],
  present: JsonObject,
  record: ClusterRecord | null,
): string[] {
  const staying = new Set(servers.map(({ address }) => address));
  return parsePool(present)
    .filter(({ address }) => !staying.has(address))
    .map(({ address }) => {
      const worker = workerName(address);
      const count = record?.instances.filter((instance) => instance.worker === worker).length ?? 0;
      return `${worker} leaves the pool; its ${count} instances go on without the manager knowing of them.`;
    });
}

function attempt<T>(parse: () => T): T | string {
  try {
    return parse();
  } catch (error) {
    if (error instanceof CamServerError) return errorText(error);
    throw error;
  }
}
