/** A camera manager: cameras of many workers behind one address. */
import { CAMERA_BASE, cameraRoutes } from '../camera/routes.js';
import { StoredCameras } from '../camera/stored-cameras.js';
import { CamClient } from '../client/index.js';
import { CamServerError } from '../common/errors.js';
import { Logging } from '../common/logging.js';
import { BackgroundStore, openConfigurations, ScriptStore } from '../storage/index.js';
import { CameraManager } from './camera-manager.js';
import { Cluster } from './cluster.js';
import { openDeletions } from './deletions.js';
import { distributedCode } from './distributed-code.js';
import { Distribution } from './distribution.js';
import { type Manager, type PermanentLookup, startManager } from './manager.js';
import type { ManagerOptions } from './manager-options.js';
import { OriginResolver } from './origin.js';
import type { PermanentActions } from './permanent-options.js';
import { PoolInstances } from './pool-instances.js';

/** @throws CamServerError when the pool is missing or wrong, or the port cannot be used */
export async function startCameraManager(options: ManagerOptions): Promise<Manager> {
  const logging = new Logging({ level: options.logLevel });
  const log = logging.logger('cam_server.camera');
  const store = openConfigurations(options.configFolder, (text) => log.warning(text));
  const cameras = new StoredCameras(store, (text) => log.warning(text));
  const backgrounds = new BackgroundStore(options.backgroundFolder);
  const scriptStore = new ScriptStore(options.scriptFolder);
  const permanent: PermanentLookup = { current: null };
  const cluster = new Cluster<CamClient>({
    family: 'camera',
    createClient: (address) =>
      new CamClient(address, { info: options.updateTimeout, call: options.clientTimeout }),
    pollInterval: options.pollInterval,
    infoTimeout: options.updateTimeout,
    log,
  });
  const instances = new PoolInstances(cluster.pool, (name) => permanent.current?.expectEnd(name));
  const distribution = new Distribution({
    backgrounds,
    scripts: scriptStore,
    libraries: null,
    configurations: {
      names: () => cameras.names(),
      forWorker: (name, address) => service.forWorker(name, address),
    },
    deletions: openDeletions(options.configFolder, log),
    log,
  });
  const scripts = distributedCode('script', scriptStore, cluster, distribution);
  const service = new CameraManager({
    cluster,
    instances,
    cameras,
    backgrounds,
    scriptStore,
    code: scripts,
    distribution,
    origins: new OriginResolver(log),
    isPermanent: (camera) => permanent.current?.entryOf(camera) != null,
  });
  return startManager(
    {
      title: 'Camera manager',
      base: CAMERA_BASE,
      options,
      logging,
      cluster,
      instances,
      distribution,
      stores: {
        ...{ configurations: store, backgrounds, scripts: scriptStore, libraries: null },
        code: { scripts, libraries: null },
      },
      service,
      routes: cameraRoutes(service),
      permanentActions: permanentCameras(service, cameras),
      restarts: {
        restart: async (camera, _record, avoid) => void (await service.startElsewhere(camera, avoid)),
      },
      explain: async ({ instance, configuration, config, originAddress }) => {
        const camera = configuration ?? instance;
        if (camera === null || config !== null) {
          throw new CamServerError(
            'INVALID_PARAMETER',
            'Name the camera: cameras are placed by their name only.',
          );
        }
        await cameras.load(camera);
        return service.placementRequest(camera, { address: originAddress });
      },
      distributeStored: (name) => service.updateRunning(name),
    },
    permanent,
  );
}

/** Cameras run under the name of their configuration. */
function permanentCameras(service: CameraManager, cameras: StoredCameras): PermanentActions<CamClient> {
  return {
    instanceName: ({ configuration }) => configuration,
    hasConfiguration: (name) => cameras.has(name),
    start: ({ configuration }, avoid) => service.startElsewhere(configuration, avoid),
    keepAlive: async ({ configuration }, { record }) => {
      const { no_client_timeout: timeout } = record.config as { no_client_timeout?: unknown };
      if (timeout !== 0) await service.updateRunning(configuration);
    },
    isCameraSending: async () => null,
  };
}
