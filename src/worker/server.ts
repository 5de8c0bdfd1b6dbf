/**
 * A pipeline server or worker: the local service behind the REST interface of pipelines.
 */
import { CamClient } from '../client/index.js';
import type { JsonObject } from '../common/json.js';
import { Logging, type LogLevel } from '../common/logging.js';
import { packageVersion } from '../common/package.js';
import { commonRoutes, startHttpServer } from '../http/index.js';
import {
  collectMetrics,
  HostFiguresReader,
  PIPELINE_POLICY,
  type PortRange,
  Supervisor,
} from '../instances/index.js';
import {
  BackgroundStore,
  FileConfigurationStore,
  LibraryStore,
  MemoryConfigurationStore,
  ScriptStore,
} from '../storage/index.js';
import { Backgrounds } from './backgrounds.js';
import type { PipelineDefaults } from './defaults.js';
import { LocalPipelineService } from './local-service.js';
import { PipelineInstances } from './pipeline-instances.js';
import { PIPELINE_BASE, pipelineRoutes } from './routes.js';
import { StoredPipelines } from './stored-pipelines.js';

export interface PipelineServerOptions {
  /** 0: one that the operating system chooses. */
  readonly port: number;
  readonly interface: string;
  /** In stream addresses. */
  readonly hostname: string;
  readonly portRange: PortRange;
  /** Address of the camera server or manager. */
  readonly cameraServer: string;
  /** Folder of the stored pipelines; null: a worker, whose pipelines a manager sends and which keeps them in memory. */
  readonly configFolder: string | null;
  readonly backgroundFolder: string;
  readonly scriptFolder: string;
  readonly defaults: PipelineDefaults;
  readonly logLevel: LogLevel;
  /** Streams by id are read-only. */
  readonly sharedReadOnly: boolean;
  /** Warm spare processes. */
  readonly spares: number;
  /** Called 0.1 s after a reset was asked for. */
  readonly onReset: () => void;
}

export interface PipelineServer {
  /** Base address, `http://<interface>:<port>`. */
  readonly url: string;
  readonly port: number;
  /** Refuses new requests, stops all instances, and releases the port. */
  close(): Promise<void>;
}

const PROGRAM = new URL('./pipelines/program.js', import.meta.url).href;

/** @throws CamServerError when the port cannot be used */
export async function startPipelineServer(options: PipelineServerOptions): Promise<PipelineServer> {
  const isWorker = options.configFolder === null;
  const title = isWorker ? 'Pipeline worker' : 'Pipeline server';
  const logging = new Logging({ level: options.logLevel });
  const log = logging.logger('cam_server.pipeline');
  const supervisor = new Supervisor({
    portRange: options.portRange,
    portPolicy: PIPELINE_POLICY,
    log: logging.logger('cam_server.instances'),
    onInstanceLog: (suffix, record) => logging.showInstanceRecord(suffix, record),
    debug: options.logLevel === 'DEBUG',
    spares: options.spares,
    preload: [PROGRAM],
  });
  const service = createService(options, supervisor, logging);
  try {
    const http = await startHttpServer({
      name: title,
      port: options.port,
      interface: options.interface,
      log: logging.logger('cam_server.http'),
      routes: [
        ...pipelineRoutes(service),
        ...commonRoutes({
          base: PIPELINE_BASE,
          title,
          serverLog: logging.ring,
          log,
          instanceLog: (name) => service.instanceLogs(name),
          activeInstances: async () => (await service.info()).active_instances as JsonObject,
          reset: options.onReset,
        }),
      ],
    });
    collectMetrics(supervisor, http.metrics.registry);
    log.info(`${title} on ${http.url}, cameras from ${options.cameraServer}.`);
    const close = async (): Promise<void> => {
      await Promise.all([http.close(), supervisor.close()]);
    };
    return { url: http.url, port: http.port, close };
  } catch (error) {
    await supervisor.close();
    throw error;
  }
}

function createService(
  options: PipelineServerOptions,
  supervisor: Supervisor,
  logging: Logging,
): LocalPipelineService {
  const { configFolder, defaults } = options;
  const cameraServer = new CamClient(options.cameraServer);
  const backgrounds = new Backgrounds(new BackgroundStore(options.backgroundFolder), cameraServer);
  const scriptStore = new ScriptStore(options.scriptFolder);
  const store =
    configFolder === null ? new MemoryConfigurationStore() : new FileConfigurationStore(configFolder);
  const pipelines = new StoredPipelines(store, logging.logger('cam_server.configuration'));
  const instances = new PipelineInstances({
    supervisor,
    pipelines,
    backgrounds,
    scripts: scriptStore,
    cameraServer,
    hostname: options.hostname,
    program: PROGRAM,
    instanceOptions: {
      camera_server: cameraServer.address,
      background_folder: options.backgroundFolder,
      script_folder: options.scriptFolder,
      abort_on_error: defaults.abortOnError,
      abort_on_timeout: defaults.abortOnTimeout,
      queue_size: defaults.queueSize,
      block: defaults.block,
    },
    sharedReadOnly: options.sharedReadOnly,
    completesBackgrounds: configFolder !== null,
  });
  const hostFigures = new HostFiguresReader();
  return new LocalPipelineService({
    instances,
    supervisor,
    pipelines,
    backgrounds,
    scriptStore,
    libraryStore: new LibraryStore(options.scriptFolder),
    cameraServer,
    serverInfo: (activeInstances) => ({
      version: packageVersion,
      active_instances: activeInstances,
      ...hostFigures.read(),
    }),
  });
}
