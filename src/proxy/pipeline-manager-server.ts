/** A pipeline manager: pipelines of many workers behind one address. */
import { CamClient, PipelineClient, ProxyClient } from '../client/index.js';
import { CamServerError, errorText } from '../common/errors.js';
import type { JsonObject } from '../common/json.js';
import { type Logger, Logging } from '../common/logging.js';
import {
  BackgroundStore,
  type ConfigurationStore,
  LibraryStore,
  openConfigurations,
  readAllConfigurations,
  ScriptStore,
} from '../storage/index.js';
import { Backgrounds } from '../worker/backgrounds.js';
import { preparePipelineConfiguration } from '../worker/configuration/index.js';
import { PIPELINE_BASE, pipelineRoutes } from '../worker/routes.js';
import { StoredPipelines } from '../worker/stored-pipelines.js';
import { Cluster } from './cluster.js';
import { openDeletions } from './deletions.js';
import { distributedCode } from './distributed-code.js';
import { Distribution } from './distribution.js';
import { type Manager, type PermanentLookup, startManager } from './manager.js';
import type { ManagerOptions } from './manager-options.js';
import { OriginResolver } from './origin.js';
import type { PermanentActions } from './permanent-options.js';
import { PipelineManager } from './pipeline-manager.js';
import { PipelinePlacing } from './pipeline-placing.js';
import { PoolInstances } from './pool-instances.js';

export interface PipelineManagerOptions extends ManagerOptions {
  /** Address of the camera manager or server. */
  readonly cameraServer: string;
  /** Streams by id are read-only. */
  readonly sharedReadOnly: boolean;
  /** Age in days at which backgrounds are removed at the start; negative: never. */
  readonly backgroundDaysToLive: number;
}

/** @throws CamServerError when the pool is missing or wrong, or the port cannot be used */
export async function startPipelineManager(options: PipelineManagerOptions): Promise<Manager> {
  const logging = new Logging({ level: options.logLevel });
  const log = logging.logger('cam_server.pipeline');
  const store = openConfigurations(options.configFolder, (text) => log.warning(text));
  await removeOldBackgrounds(options, store, log);
  const pipelines = new StoredPipelines(store, log);
  const backgroundStore = new BackgroundStore(options.backgroundFolder);
  const scriptStore = new ScriptStore(options.scriptFolder);
  const libraryStore = new LibraryStore(options.scriptFolder);
  const permanent: PermanentLookup = { current: null };
  const cameraServer = new CamClient(options.cameraServer, { info: options.updateTimeout });
  const cameraProxy = new ProxyClient(options.cameraServer, { info: options.updateTimeout });
  const cluster = new Cluster<PipelineClient>({
    family: 'pipeline',
    createClient: (address) =>
      new PipelineClient(address, { info: options.updateTimeout, call: options.clientTimeout }),
    pollInterval: options.pollInterval,
    infoTimeout: options.updateTimeout,
    log,
  });
  const instances = new PoolInstances(cluster.pool, (name) => permanent.current?.expectEnd(name));
  const distribution = new Distribution({
    backgrounds: backgroundStore,
    scripts: scriptStore,
    libraries: libraryStore,
    configurations: { names: () => pipelines.names(), forWorker: (name) => pipelines.load(name) },
    deletions: openDeletions(options.configFolder, log),
    log,
  });
  const code = {
    scripts: distributedCode('script', scriptStore, cluster, distribution),
    libraries: distributedCode('library', libraryStore, cluster, distribution),
  };
  const placing = new PipelinePlacing({
    cluster,
    pipelines,
    backgrounds: backgroundStore,
    scriptStore,
    libraryStore,
    distribution,
    origins: new OriginResolver(log),
    cameraProxy,
    sharedReadOnly: options.sharedReadOnly,
  });
  const service = new PipelineManager({
    cluster,
    instances,
    placing,
    pipelines,
    backgrounds: new Backgrounds(backgroundStore, cameraServer),
    scriptStore,
    libraryStore,
    code,
    distribution,
    cameraServer,
    permanentConfiguration: (instance) => permanent.current?.entryOf(instance)?.configuration ?? null,
  });
  return startManager(
    {
      title: 'Pipeline manager',
      base: PIPELINE_BASE,
      options,
      logging,
      cluster,
      instances,
      distribution,
      stores: {
        configurations: store,
        backgrounds: backgroundStore,
        scripts: scriptStore,
        libraries: libraryStore,
        code,
      },
      service,
      routes: pipelineRoutes(service),
      permanentActions: permanentPipelines(placing, pipelines, cluster, cameraProxy),
      restarts: {
        restart: async (id, record, avoid) => {
          if (await pipelines.has(id)) await placing.createFromName(id, id, {}, avoid);
          else await placing.createFromConfig(record.config as JsonObject, id, avoid);
        },
      },
      explain: async ({ instance, configuration, config, originAddress }) => {
        const name = config === null ? (configuration ?? instance) : null;
        if (config === null && name === null) {
          throw new CamServerError('INVALID_PARAMETER', 'Name an instance or a configuration, or send one.');
        }
        const complete = config === null ? await pipelines.load(name!) : preparePipelineConfiguration(config);
        return placing.request(instance ?? name ?? 'new instance', name, complete, {
          address: originAddress,
        });
      },
      distributeStored: async (name) => {
        await pipelines.load(name);
        await distribution.broadcast(cluster.pool.watches(), ['configuration', name]);
      },
    },
    permanent,
  );
}

function permanentPipelines(
  placing: PipelinePlacing,
  pipelines: StoredPipelines,
  cluster: Cluster<PipelineClient>,
  cameraProxy: ProxyClient,
): PermanentActions<PipelineClient> {
  return {
    instanceName: ({ name }) => name,
    hasConfiguration: (name) => pipelines.has(name),
    start: async ({ name, configuration }, avoid) => {
      try {
        const changes = { no_client_timeout: 0 };
        return (await placing.createFromName(configuration, name, changes, avoid)).server;
      } catch (error) {
        // a client may have asked for it at the same time
        await cluster.pool.refresh();
        const running = cluster.pool.locate(name);
        if (running === null || avoid.includes(running.watch.address)) throw error;
        return running.watch.address;
      }
    },
    keepAlive: async ({ name }, { watch, record }) => {
      const { no_client_timeout: timeout } = record.config as JsonObject;
      if (timeout !== 0) await watch.client.changeInstanceConfig(name, { no_client_timeout: 0 });
    },
    isCameraSending: async ({ camera_name: camera }) => {
      if (typeof camera !== 'string') return null;
      try {
        const rate = await cameraProxy.nestedInfo(`active_instances/${camera}/statistics/tx`);
        return Number.parseFloat(String(rate)) > 0;
      } catch {
        return null;
      }
    },
  };
}

/** Removes old backgrounds that no stored configuration refers to. */
async function removeOldBackgrounds(
  { backgroundFolder, backgroundDaysToLive: days }: PipelineManagerOptions,
  store: ConfigurationStore,
  log: Logger,
): Promise<void> {
  if (days < 0) return;
  const configurations = await readAllConfigurations(store, (name, error) =>
    log.warning(`Whether pipeline ${name} refers to a background is unknown: ${errorText(error)}`),
  );
  const referred = [...configurations.values()].map((config) => String(config.image_background));
  const removed = await new BackgroundStore(backgroundFolder).removeOlderThan(days, new Set(referred));
  if (removed.length > 0) log.info(`Backgrounds older than ${days} days were removed: ${removed.join(', ')}`);
}
