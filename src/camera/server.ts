/**
 * A camera server or worker: the local service behind the REST interface of cameras.
 */
import type { JsonObject } from '../common/json.js';
import { Logging, type LogLevel } from '../common/logging.js';
import { packageVersion } from '../common/package.js';
import { commonRoutes, startHttpServer } from '../http/index.js';
import {
  CAMERA_MODES,
  collectMetrics,
  HostFiguresReader,
  type PortRange,
  Supervisor,
} from '../instances/index.js';
import {
  BackgroundStore,
  FileConfigurationStore,
  MemoryConfigurationStore,
  ScriptStore,
} from '../storage/index.js';
import { CAMERA_PROGRAM, CameraInstances } from './camera-instances.js';
import { LocalCameraService } from './local-service.js';
import { CAMERA_BASE, cameraRoutes } from './routes.js';
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
  /** Called 0.1 s after a reset was asked for. */
  readonly onReset: () => void;
}

export interface CameraServer {
  /** Base address, `http://<interface>:<port>`. */
  readonly url: string;
  readonly port: number;
  /** Refuses new requests, stops all instances, and releases the port. */
  close(): Promise<void>;
}

/** Ports of camera streams, unless the options say otherwise. */
export const CAMERA_PORTS: PortRange = { from: 10_100, to: 10_301 };

/** Milliseconds that an online check may take, and an image that is asked for. */
const ONLINE_TIMEOUT = 2000;
const IMAGE_TIMEOUT = 5000;

/** @throws CamServerError when the port cannot be used */
export async function startCameraServer(options: CameraServerOptions): Promise<CameraServer> {
  const title = options.configFolder === null ? 'Camera worker' : 'Camera server';
  const logging = new Logging({ level: options.logLevel });
  const log = logging.logger('cam_server.camera');
  const supervisor = new Supervisor({
    portRange: options.portRange,
    portPolicy: CAMERA_MODES[options.mode]!,
    log: logging.logger('cam_server.instances'),
    onInstanceLog: (suffix, record) => logging.showInstanceRecord(suffix, record),
    debug: options.logLevel === 'DEBUG',
    spares: options.spares,
    preload: [CAMERA_PROGRAM],
  });
  const service = createService(options, supervisor, logging);
  try {
    const http = await startHttpServer({
      name: title,
      port: options.port,
      interface: options.interface,
      log: logging.logger('cam_server.http'),
      routes: [
        ...cameraRoutes(service),
        ...commonRoutes({
          base: CAMERA_BASE,
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
    log.info(`${title} on ${http.url}.`);
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
  options: CameraServerOptions,
  supervisor: Supervisor,
  logging: Logging,
): LocalCameraService {
  const { configFolder, defaults } = options;
  const log = logging.logger('cam_server.configuration');
  const store =
    configFolder === null
      ? new MemoryConfigurationStore()
      : new FileConfigurationStore(configFolder, (name) =>
          log.warning(`The revision of camera '${name}' could not be noted.`),
        );
  const cameras = new StoredCameras(store, (text) => log.warning(text));
  const backgrounds = new BackgroundStore(options.backgroundFolder);
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
  const hostFigures = new HostFiguresReader();
  return new LocalCameraService({
    supervisor,
    cameras,
    instances,
    backgrounds,
    scriptStore: new ScriptStore(options.scriptFolder),
    defaults,
    onlineTimeout: ONLINE_TIMEOUT,
    imageTimeout: IMAGE_TIMEOUT,
    serverInfo: (activeInstances) => ({
      version: packageVersion,
      active_instances: activeInstances,
      ...hostFigures.read(),
    }),
  });
}
