/**
 * What makes a manager of either family of its parts: the pool that follows its settings, workers that are brought up to date
 * when they return, permanent instances, the view and the orders for `/api/v2`, and the REST server.
 */

import type { CameraService } from '../camera/service.js';
import type { InstanceClient } from '../client/index.js';
import { errorText } from '../common/errors.js';
import type { Logging } from '../common/logging.js';
import { type Route, type ServiceServer, startServiceServer } from '../http/index.js';
import type { PipelineService } from '../worker/service.js';
import type { Cluster } from './cluster.js';
import type { ClusterControl, ClusterView } from './cluster-view.js';
import { createControl, type Restarts } from './control.js';
import type { Distribution } from './distribution.js';
import { Duplicates } from './duplicates.js';
import { FROZEN_AFTER } from './frozen.js';
import type { ManagerOptions } from './manager-options.js';
import { collectClusterMetrics } from './metrics.js';
import { namedConfigurations } from './named-configurations.js';
import { PermanentInstances } from './permanent.js';
import type { PermanentActions } from './permanent-options.js';
import { assignmentFile, PermanentSettings } from './permanent-settings.js';
import type { PoolInstances } from './pool-instances.js';
import { openPoolSettings } from './pool-settings.js';
import { registrationRoutes } from './registration.js';
import { proxyRoutes } from './routes.js';
import type { ServerStores } from './server-stores.js';
import { createView, type Explain } from './view.js';

export interface ManagerParts<Client extends InstanceClient> {
  readonly title: string;
  /** `/api/v1/cam` or `/api/v1/pipeline`. */
  readonly base: string;
  readonly options: ManagerOptions;
  readonly logging: Logging;
  readonly cluster: Cluster<Client>;
  readonly instances: PoolInstances<Client>;
  readonly distribution: Distribution;
  readonly stores: ServerStores;
  readonly service: CameraService | PipelineService;
  readonly routes: readonly Route[];
  readonly permanentActions: PermanentActions<Client>;
  readonly restarts: Restarts;
  readonly explain: Explain;
  /** Hands a configuration that was stored as it came to the workers, if it is valid. */
  readonly distributeStored: (name: string) => Promise<void>;
}

export interface Manager extends ServiceServer {
  readonly view: ClusterView;
  readonly control: ClusterControl;
}

/** Late binding: the permanent instances are made after what asks whether an instance is permanent. */
export interface PermanentLookup {
  current: PermanentInstances | null;
}

/** @throws CamServerError when the pool is missing or wrong, or the port cannot be used */
export async function startManager<Client extends InstanceClient>(
  parts: ManagerParts<Client>,
  lookup: PermanentLookup,
): Promise<Manager> {
  const { options, logging, cluster, instances, stores, title, service } = parts;
  const named = namedConfigurations(stores.configurations);
  const log = logging.logger('cam_server.cluster');
  const settings = await openPoolSettings(options, options.registrationSecret !== null, cluster.pool, log);
  const duplicates = new Duplicates({ cluster, instances, log });
  let stopWatching = (): void => {};
  const permanent = new PermanentInstances({
    cluster,
    instances,
    duplicates,
    actions: parts.permanentActions,
    assignments: assignmentFile(options.configFolder, log),
    restartFrozen: options.restartFrozen,
    frozenAfter: options.frozenAfter ?? FROZEN_AFTER,
    log,
  });
  lookup.current = permanent;
  const permanentList = new PermanentSettings(options.configFolder, permanent, log);
  await permanentList.load();
  const stopRepairs = repairReturning(parts);

  const view = createView({ cluster, settings, permanent, explain: parts.explain });
  const { restarts } = parts;
  const control = createControl({ cluster, instances, settings, permanent, restarts });
  const server = await startServiceServer({
    title,
    base: parts.base,
    port: options.port,
    interface: options.interface,
    hostname: options.hostname,
    logging,
    logger: 'cam_server.cluster',
    routes: [
      ...proxyRoutes({
        family: cluster.family,
        isManager: true,
        pool: cluster.pool,
        instances,
        settings,
        permanentList,
        configurations: {
          ...named,
          save: async (name, config) => {
            const stored = await named.save(name, config);
            cluster.events.emit({ type: 'stored', kind: 'configuration', name, action: 'saved' });
            await parts.distributeStored(name).catch((error) => log.warning(errorText(error)));
            return stored;
          },
          delete: async (name) => {
            await named.delete(name);
            cluster.events.emit({ type: 'stored', kind: 'configuration', name, action: 'deleted' });
            await parts.distribution.withdraw(cluster.pool.watches(), ['configuration', name]);
          },
        },
      }),
      ...registrationRoutes(settings, options.registrationSecret, log),
      ...parts.routes,
      ...(options.routes ?? []),
    ],
    service,
    onReset: options.onReset,
    registerMetrics: (registry) => collectClusterMetrics(view, registry),
    closeService: async () => {
      stopRepairs();
      stopWatching();
      permanentList.close();
      permanent.close();
      cluster.close();
    },
    extend: (address) =>
      options.extend?.({
        ...{ family: cluster.family, title, service, ...stores, logging, address },
        ...{ view, control, settings, permanentList, reset: options.onReset },
      }),
  });
  permanentList
    .begin()
    .catch((error) => log.error(`Permanent instances: ${errorText(error)}`, error))
    .finally(() => {
      stopWatching = duplicates.watch((name) => permanent.entryOf(name) !== null);
    });
  return { ...server, view, control };
}

/** A worker that was away, restarted, or missed something is brought up to date. */
function repairReturning<Client extends InstanceClient>({
  cluster,
  distribution,
}: ManagerParts<Client>): () => void {
  const underRepair = new Set<string>();
  const repair = async (address: string): Promise<void> => {
    const watch = cluster.pool.watchOf(address);
    if (watch === null || underRepair.has(address)) return;
    underRepair.add(address);
    await distribution.repair(watch);
    underRepair.delete(address);
  };
  const isHeard = new Set<string>();
  return cluster.events.listen((event) => {
    if (event.type === 'worker' && event.reachability === 'unreachable') isHeard.delete(event.server);
    if (event.type === 'worker restarted') void repair(event.server);
    if (event.type !== 'polled') return;
    const isNew = !isHeard.has(event.server);
    isHeard.add(event.server);
    if (isNew || distribution.isOutdated(event.server)) void repair(event.server);
  });
}
