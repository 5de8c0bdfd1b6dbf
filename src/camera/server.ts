/**
 * A camera server or worker: the local service behind the REST interface of cameras.
 */
import {
  type LocalServerOptions,
  type LocalServerParts,
  type ServiceGround,
  startLocalServer,
} from '../family/index.js';
import type { ServerExtension, ServiceServer } from '../http/index.js';
import { CAMERA_MODES, type PortRange } from '../instances/index.js';
import { CAMERA_PROGRAM, CameraInstances } from './camera-instances.js';
import { LocalCameraService } from './local-service.js';
import { CAMERA_BASE, cameraRoutes } from './routes.js';
import type { CameraService } from './service.js';
import type { CameraDefaults } from './settings.js';
import { StoredCameras } from './stored-cameras.js';

export interface CameraServerOptions extends LocalServerOptions {
  /** What becomes of the port of a stopped camera: 0 to 4, see `CAMERA_MODES`. */
  readonly mode: number;
  /** Where the sockets of `protocol: "ipc"` are made. */
  readonly ipcFolder: string;
  readonly defaults: CameraDefaults;
  /** What the role adds to the server. */
  readonly extend?: (parts: CameraServerParts) => Promise<ServerExtension>;
}

/** What an extension builds on. */
export type CameraServerParts = LocalServerParts<'camera', CameraService>;

/** Ports of camera streams, unless the options say otherwise. */
export const CAMERA_PORTS: PortRange = { from: 10_100, to: 10_301 };

/** Milliseconds that an online check may take, and an image that is asked for. */
const ONLINE_TIMEOUT = 2000;
const IMAGE_TIMEOUT = 5000;

/** @throws CamServerError when the port cannot be used */
export function startCameraServer(options: CameraServerOptions): Promise<ServiceServer> {
  return startLocalServer<'camera', LocalCameraService>(options, {
    family: 'camera',
    name: 'Camera',
    base: CAMERA_BASE,
    portPolicy: CAMERA_MODES[options.mode]!,
    program: CAMERA_PROGRAM,
    createService: (ground) => createService(options, ground),
    routes: cameraRoutes,
    extend: (parts) => options.extend?.(parts),
  });
}

function createService(
  { defaults, hostname, ipcFolder }: CameraServerOptions,
  { supervisor, logging, stores: { configurations, backgrounds, scripts } }: ServiceGround,
): LocalCameraService {
  const log = logging.logger('cam_server.configuration');
  const cameras = new StoredCameras(configurations, (text) => log.warning(text));
  const instances = new CameraInstances({
    supervisor,
    cameras,
    backgrounds,
    hostname,
    ipcFolder,
    defaults,
    onlineTimeout: ONLINE_TIMEOUT,
    log,
  });
  return new LocalCameraService({
    supervisor,
    cameras,
    instances,
    backgrounds,
    scripts,
    defaults,
    onlineTimeout: ONLINE_TIMEOUT,
    imageTimeout: IMAGE_TIMEOUT,
  });
}
