/** Orders of operators beyond the old contract: draining, restarting, moving, changing the pool server by server. */
import { CamServerError, errorText } from '../common/errors.js';
import type { JsonObject } from '../common/json.js';
import type { Cluster } from './cluster.js';
import type { ClusterControl, DrainResult } from './cluster-view.js';
import type { PermanentInstances } from './permanent.js';
import { normaliseAddress } from './pool-configuration.js';
import type { PoolInstances } from './pool-instances.js';
import type { PoolSettings } from './pool-settings.js';
import type { ServerWatch } from './server-watch.js';

/** How a family starts an instance again that is not permanent. */
export interface Restarts {
  /**
   * @param record of the instance as it ran
   * @param avoid addresses of servers that must not be chosen
   */
  restart(instance: string, record: JsonObject, avoid: readonly string[]): Promise<void>;
}

export interface ControlParts {
  readonly cluster: Cluster;
  readonly instances: PoolInstances;
  readonly settings: PoolSettings;
  readonly permanent: PermanentInstances;
  readonly restarts: Restarts;
}

export function createControl(parts: ControlParts): ClusterControl {
  const { settings } = parts;
  return {
    changeServer: (address, changes) => settings.changeServer(address, changes),
    removeServer: (address) => settings.removeServer(address),
    drain: (address, move, signal) => drain(parts, address, move, signal),
    undrain: (address) => settings.changeServer(address, { draining: null, expanding: true }),
    restart: (instance, target) => restart(parts, instance, target),
  };
}

async function drain(
  parts: ControlParts,
  address: string,
  move: 'none' | 'permanent' | 'all',
  signal: AbortSignal | undefined,
): Promise<DrainResult> {
  const watch = requireServer(parts, address);
  await parts.settings.changeServer(address, { expanding: false, draining: true });
  await watch.refresh();
  const names = Object.keys(watch.current.instances);
  const result = { moved: [], stopped: [], left: [], failed: [] } as {
    [K in keyof DrainResult]: DrainResult[K][number][];
  };
  if (move === 'none') return { ...result, left: names };
  for (const name of names) {
    signal?.throwIfAborted();
    try {
      if (parts.permanent.entryOf(name) !== null) {
        result.moved.push({ name, server: await parts.permanent.move(name, [watch.address]) });
      } else if (move === 'all') {
        await parts.instances.stopOn(watch, name);
        result.stopped.push(name);
      } else result.left.push(name);
    } catch (error) {
      result.failed.push({ name, reason: errorText(error) });
    }
  }
  return result;
}

async function restart(parts: ControlParts, instance: string, target: string | null): Promise<void> {
  const { cluster, instances, permanent, restarts } = parts;
  const avoid = target === null ? [] : othersThan(parts, requireServer(parts, target));
  const located = await instances.locate(instance);
  if (permanent.entryOf(instance) !== null) {
    if (target !== null && located !== null && located.watch.address !== normaliseAddress(target)) {
      await permanent.move(instance, avoid);
      return;
    }
    await permanent.restart(instance, avoid);
    return;
  }
  if (located === null) {
    throw new CamServerError('INSTANCE_UNKNOWN', `Instance '${instance}' does not exist.`);
  }
  await instances.stop(instance);
  await cluster.pool.refresh();
  await restarts.restart(instance, located.record, avoid);
}

function requireServer({ cluster }: ControlParts, address: string): ServerWatch {
  const watch = cluster.pool.watchOf(normaliseAddress(address));
  if (watch !== null) return watch;
  throw new CamServerError('UNKNOWN_SERVER', `The server '${address}' is not in the pool, or switched off.`);
}

function othersThan({ cluster }: ControlParts, target: ServerWatch): string[] {
  return cluster.pool
    .watches()
    .filter((watch) => watch !== target)
    .map(({ address }) => address);
}
