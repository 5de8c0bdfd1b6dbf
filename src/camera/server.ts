/**
 * A camera server or worker: the local service behind the REST interface of cameras.
 */
import { Logging, type LogLevel } from '../common/logging.js';
import {
  contentRoutes,
  type Route,
  type ServerExtension,
  type ServiceServer,
  startServiceServer,
} from '../http/index.js';
import {
  CAMERA_MODES,
  collectMetrics,
  createServerInfo,
  createSupervisor,
  type PortRange,
  type Supervisor,
} from '../instances/index.js';
import {
  BackgroundStore,
  type ConfigurationStore,
  openConfigurations,
  ScriptStore,
} from '../storage/index.js';
import { CAMERA_PROGRAM, CameraInstances } from './camera-instances.js';
import { LocalCameraService } from './local-service.js';
import { CAMERA_BASE, cameraRoutes } from './routes.js';
import type { CameraService } from './service.js';
import type { CameraDefaults } from './settings.js';
import { StoredCameras } from './stored-cameras.js';

export interface CameraServerOptions {
  /** 0: one that the operating system chooses. */
  readonly port: number;
  readonly interface: string;
  /** In stream addresses. */
  readonly hostname: string;
  readonly portRange: PortRange;
  /** What becomes of the port of a stopped camera: 0 to 4, see `CAMERA_MODES`. */
  readonly mode: number;
  /** Folder of the stored cameras; null: a worker, whose cameras a manager sends and which keeps them in memory. */
  readonly configFolder: string | null;
  readonly backgroundFolder: string;
  readonly scriptFolder: string;
  /** Where the sockets of `protocol: "ipc"` are made. */
  readonly ipcFolder: string;
  readonly defaults: CameraDefaults;
  readonly logLevel: LogLevel;
  /** Warm spare processes. */
  readonly spares: number;
  /** Further routes, for example those of the console. */
  readonly routes?: readonly Route[];
  /** Called 0.1 s after a reset was asked for. */
  readonly onReset: () => void;
  /** What the role adds to the server. */
  readonly extend?: (parts: CameraServerParts) => Promise<ServerExtension>;
}

/** What an extension builds on. */
export interface CameraServerParts {
  readonly family: 'camera';
  readonly title: string;
  readonly service: CameraService;
  readonly configurations: ConfigurationStore;
  readonly backgrounds: BackgroundStore;
  readonly scripts: ScriptStore;
  readonly logging: Logging;
  /** Asks the program of a running instance; see `Supervisor.request`. */
  readonly ask: Supervisor['request'];
  /** Where clients reach the server; right once it listens. */
  readonly address: () => string;
  /** Ends the server, which its supervisor starts again. */
  readonly reset: () => void;
}

/** Ports of camera streams, unless the options say otherwise. */
export const CAMERA_PORTS: PortRange = { from: 10_100, to: 10_301 };

/** Milliseconds that an online check may take, and an image that is asked for. */
const ONLINE_TIMEOUT = 2000;
const IMAGE_TIMEOUT = 5000;

/** @throws CamServerError when the port cannot be used */
export async function startCameraServer(options: CameraServerOptions): Promise<ServiceServer> {
  const logging = new Logging({ level: options.logLevel });
  const supervisor = createSupervisor(logging, {
    portRange: options.portRange,
    portPolicy: CAMERA_MODES[options.mode]!,
    spares: options.spares,
    preload: [CAMERA_PROGRAM],
  });
  const title = options.configFolder === null ? 'Camera worker' : 'Camera server';
  const configurations = openConfigurations(options.configFolder, (text) =>
    logging.logger('cam_server.configuration').warning(text),
  );
  const backgrounds = new BackgroundStore(options.backgroundFolder);
  const scripts = new ScriptStore(options.scriptFolder);
  const service = createService(options, supervisor, logging, { configurations, backgrounds, scripts });
  return startServiceServer({
    title,
    base: CAMERA_BASE,
    port: options.port,
    interface: options.interface,
    hostname: options.hostname,
    logging,
    logger: 'cam_server.camera',
    routes: [
      ...cameraRoutes(service),
      ...contentRoutes((kind, name) => service.contentDigest(kind, name)),
      ...(options.routes ?? []),
    ],
    service,
    onReset: options.onReset,
    registerMetrics: (registry) => collectMetrics(supervisor, registry),
    closeService: () => supervisor.close(),
    extend: (address) =>
      options.extend?.({
        family: 'camera',
        title,
        service,
        configurations,
        backgrounds,
        scripts,
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
}

function createService(
  options: CameraServerOptions,
  supervisor: Supervisor,
  logging: Logging,
  { configurations, backgrounds, scripts }: Stores,
): LocalCameraService {
  const { defaults } = options;
  const log = logging.logger('cam_server.configuration');
  const cameras = new StoredCameras(configurations, (text) => log.warning(text));
  const instances = new CameraInstances({
    supervisor,
    cameras,
    backgrounds,
    hostname: options.hostname,
    ipcFolder: options.ipcFolder,
    defaults,
    onlineTimeout: ONLINE_TIMEOUT,
    log,
  });
  return new LocalCameraService({
    supervisor,
    cameras,
    instances,
    backgrounds,
    scriptStore: scripts,
    defaults,
    onlineTimeout: ONLINE_TIMEOUT,
    imageTimeout: IMAGE_TIMEOUT,
    serverInfo: createServerInfo(),
  });
}
