/**
 * A pipeline server or worker: the local service behind the REST interface of pipelines.
 */
import { CamClient } from '../client/index.js';
import { Logging, type LogLevel } from '../common/logging.js';
import {
  contentRoutes,
  type Route,
  type ServerExtension,
  type ServiceServer,
  startServiceServer,
} from '../http/index.js';
import {
  collectMetrics,
  createServerInfo,
  createSupervisor,
  PIPELINE_POLICY,
  type PortRange,
  type Supervisor,
} from '../instances/index.js';
import {
  BackgroundStore,
  type ConfigurationStore,
  LibraryStore,
  openConfigurations,
  ScriptStore,
} from '../storage/index.js';
import { Backgrounds } from './backgrounds.js';
import type { PipelineDefaults } from './defaults.js';
import { LocalPipelineService } from './local-service.js';
import { PipelineInstances } from './pipeline-instances.js';
import { PIPELINE_BASE, pipelineRoutes } from './routes.js';
import type { PipelineService } from './service.js';
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
  /** Interpreter of Python functions, or the folder of a virtual environment; default: `python3` of the search path. */
  readonly python?: string;
  readonly defaults: PipelineDefaults;
  readonly logLevel: LogLevel;
  /** Streams by id are read-only. */
  readonly sharedReadOnly: boolean;
  /** Warm spare processes. */
  readonly spares: number;
  /** Further routes, for example those of the console. */
  readonly routes?: readonly Route[];
  /** Called 0.1 s after a reset was asked for. */
  readonly onReset: () => void;
  /** What the role adds to the server. */
  readonly extend?: (parts: PipelineServerParts) => Promise<ServerExtension>;
}

/** What an extension builds on. */
export interface PipelineServerParts {
  readonly family: 'pipeline';
  readonly title: string;
  readonly service: PipelineService;
  readonly configurations: ConfigurationStore;
  readonly backgrounds: BackgroundStore;
  readonly scripts: ScriptStore;
  readonly libraries: LibraryStore;
  readonly logging: Logging;
  /** Asks the program of a running instance; see `Supervisor.request`. */
  readonly ask: Supervisor['request'];
  /** Where clients reach the server; right once it listens. */
  readonly address: () => string;
  /** Ends the server, which its supervisor starts again. */
  readonly reset: () => void;
}

const PROGRAM = new URL('./pipelines/program.js', import.meta.url).href;

/** @throws CamServerError when the port cannot be used */
export async function startPipelineServer(options: PipelineServerOptions): Promise<ServiceServer> {
  const logging = new Logging({ level: options.logLevel });
  const supervisor = createSupervisor(logging, {
    portRange: options.portRange,
    portPolicy: PIPELINE_POLICY,
    spares: options.spares,
    preload: [PROGRAM],
  });
  const title = options.configFolder === null ? 'Pipeline worker' : 'Pipeline server';
  const stores: Stores = {
    configurations: openConfigurations(options.configFolder, (text) =>
      logging.logger('cam_server.configuration').warning(text),
    ),
    backgrounds: new BackgroundStore(options.backgroundFolder),
    scripts: new ScriptStore(options.scriptFolder),
    libraries: new LibraryStore(options.scriptFolder),
  };
  const service = createService(options, supervisor, logging, stores);
  return startServiceServer({
    title,
    base: PIPELINE_BASE,
    port: options.port,
    interface: options.interface,
    hostname: options.hostname,
    logging,
    logger: 'cam_server.pipeline',
    routes: [
      ...pipelineRoutes(service),
      ...contentRoutes((kind, name) => service.contentDigest(kind, name)),
      ...(options.routes ?? []),
    ],
    service,
    onReset: options.onReset,
    registerMetrics: (registry) => collectMetrics(supervisor, registry),
    closeService: () => supervisor.close(),
    extend: (address) =>
      options.extend?.({
        family: 'pipeline',
        title,
        service,
        ...stores,
        logging,
        ask: supervisor.request.bind(supervisor),
        address,
        reset: options.onReset,
      }),
  });
}

interface Stores {
  readonly configurations: ConfigurationStore;
  readonly backgrounds: BackgroundStore;
  readonly scripts: ScriptStore;
  readonly libraries: LibraryStore;
}

function createService(
  options: PipelineServerOptions,
  supervisor: Supervisor,
  logging: Logging,
  stores: Stores,
): LocalPipelineService {
  const { configFolder, defaults } = options;
  const cameraServer = new CamClient(options.cameraServer);
  const backgrounds = new Backgrounds(stores.backgrounds, cameraServer);
  const scriptStore = stores.scripts;
  const log = logging.logger('cam_server.configuration');
  const pipelines = new StoredPipelines(stores.configurations, log);
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
      python: options.python ?? null,
      abort_on_error: defaults.abortOnError,
      abort_on_timeout: defaults.abortOnTimeout,
      queue_size: defaults.queueSize,
      block: defaults.block,
    },
    sharedReadOnly: options.sharedReadOnly,
    completesBackgrounds: configFolder !== null,
  });
  return new LocalPipelineService({
    instances,
    supervisor,
    pipelines,
    backgrounds,
    scriptStore,
    libraryStore: stores.libraries,
    cameraServer,
    serverInfo: createServerInfo(),
  });
}
