/** Proxies: one address for several standalone servers that share a configuration folder. They distribute nothing. */
import { join } from 'node:path';
import { CAMERA_BASE, cameraRoutes } from '../camera/routes.js';
import { StoredCameras } from '../camera/stored-cameras.js';
import { CamClient, type InstanceClient, PipelineClient } from '../client/index.js';
import { CamServerError } from '../common/errors.js';
import type { JsonObject } from '../common/json.js';
import { Logging, type LogRecord } from '../common/logging.js';
import { type Route, type ServerExtension, type ServiceServer, startServiceServer } from '../http/index.js';
import { BackgroundStore, type ConfigurationStore, openConfigurations } from '../storage/index.js';
import { Backgrounds } from '../worker/backgrounds.js';
import { PIPELINE_BASE, pipelineRoutes } from '../worker/routes.js';
import { StoredPipelines } from '../worker/stored-pipelines.js';
import { CameraProxy } from './camera-proxy.js';
import { Cluster } from './cluster.js';
import { readControlFile } from './control-file.js';
import type { PoolServerOptions } from './manager-options.js';
import { namedConfigurations } from './named-configurations.js';
import { OriginResolver } from './origin.js';
import { formatPermanentList, parsePermanentList } from './permanent-list.js';
import { PipelineProxy } from './pipeline-proxy.js';
import { PoolInstances } from './pool-instances.js';
import { openPoolSettings } from './pool-settings.js';
import type { PermanentListAccess } from './routes/service.js';
import { proxyRoutes } from './routes.js';

export interface ProxyOptions extends PoolServerOptions {
  /** Rules of access and the audit log. */
  readonly guard?: (logging: Logging) => Promise<ServerExtension>;
}

export interface PipelineProxyOptions extends ProxyOptions {
  readonly backgroundFolder: string;
  /** Address of the camera proxy or server. */
  readonly cameraServer: string;
}

/** @throws CamServerError when the pool is missing or wrong, or the port cannot be used */
export async function startCameraProxy(options: ProxyOptions): Promise<ServiceServer> {
  const logging = new Logging({ level: options.logLevel });
  const log = logging.logger('cam_server.camera');
  const store = openConfigurations(options.configFolder, (text) => log.warning(text));
  const cluster = new Cluster<CamClient>({
    ...clusterOptions(options, logging),
    family: 'camera',
    createClient: (address) => new CamClient(address, timeouts(options)),
  });
  const instances = new PoolInstances(cluster.pool);
  const service = new CameraProxy({
    cluster,
    instances,
    cameras: new StoredCameras(store, (text) => log.warning(text)),
    origins: new OriginResolver(log),
  });
  const base = { title: 'Camera proxy', base: CAMERA_BASE, routes: cameraRoutes(service) };
  return startProxy({ ...base, options, logging, cluster, instances, store, service });
}

/** @throws CamServerError when the pool is missing or wrong, or the port cannot be used */
export async function startPipelineProxy(options: PipelineProxyOptions): Promise<ServiceServer> {
  const logging = new Logging({ level: options.logLevel });
  const log = logging.logger('cam_server.pipeline');
  const store = openConfigurations(options.configFolder, (text) => log.warning(text));
  const cluster = new Cluster<PipelineClient>({
    ...clusterOptions(options, logging),
    family: 'pipeline',
    createClient: (address) => new PipelineClient(address, timeouts(options)),
  });
  const instances = new PoolInstances(cluster.pool);
  const cameraServer = new CamClient(options.cameraServer, timeouts(options));
  const service = new PipelineProxy({
    cluster,
    instances,
    pipelines: new StoredPipelines(store, log),
    backgrounds: new Backgrounds(new BackgroundStore(options.backgroundFolder), cameraServer),
    cameraServer,
    origins: new OriginResolver(log),
  });
  const base = { title: 'Pipeline proxy', base: PIPELINE_BASE, routes: pipelineRoutes(service) };
  return startProxy({ ...base, options, logging, cluster, instances, store, service });
}

interface ProxyParts<Client extends InstanceClient> {
  readonly title: string;
  readonly base: string;
  readonly routes: readonly Route[];
  readonly options: ProxyOptions;
  readonly logging: Logging;
  readonly cluster: Cluster<Client>;
  readonly instances: PoolInstances<Client>;
  readonly store: ConfigurationStore;
  readonly service: {
    info(): Promise<JsonObject>;
    instanceLogs(name: string): Promise<readonly LogRecord[]>;
  };
}

async function startProxy<Client extends InstanceClient>({
  options,
  logging,
  cluster,
  instances,
  store,
  ...parts
}: ProxyParts<Client>): Promise<ServiceServer> {
  const log = logging.logger('cam_server.cluster');
  const settings = await openPoolSettings(options, false, cluster.pool, log);
  return startServiceServer({
    ...parts,
    extend: () => options.guard?.(logging),
    port: options.port,
    interface: options.interface,
    hostname: options.hostname,
    logging,
    logger: 'cam_server.cluster',
    routes: [
      ...proxyRoutes({
        family: cluster.family,
        isManager: false,
        pool: cluster.pool,
        instances,
        settings,
        permanentList: permanentListOf(options.configFolder),
        configurations: namedConfigurations(store),
      }),
      ...parts.routes,
      ...(options.routes ?? []),
    ],
    onReset: options.onReset,
    registerMetrics: () => {},
    closeService: async () => cluster.close(),
  });
}

/** A proxy shows the list of its folder, but keeps nothing running, and says so instead of taking a list. */
function permanentListOf(configFolder: string): PermanentListAccess {
  return {
    read: async () => {
      const document = await readControlFile(join(configFolder, 'permanent_instances.json'));
      return formatPermanentList(parsePermanentList(document ?? {}));
    },
    replace: async () => {
      const text = 'Not implemented: a proxy keeps no instances running. Use a manager.';
      throw new CamServerError('NOT_IMPLEMENTED', text);
    },
    isPermanent: () => false,
  };
}

function clusterOptions(options: PoolServerOptions, logging: Logging) {
  return {
    pollInterval: options.pollInterval,
    infoTimeout: options.updateTimeout,
    log: logging.logger('cam_server.cluster'),
  };
}

function timeouts(options: PoolServerOptions): { info: number; call: number } {
  return { info: options.updateTimeout, call: options.clientTimeout };
}
