/**
 * The camera instances of one server: how they are started, found and described.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../common/errors.js';
import { type JsonObject, mergeObjects } from '../common/json.js';
import type { Logger } from '../common/logging.js';
import { validName } from '../common/names.js';
import type { Instance, InstanceSpecification, Supervisor } from '../instances/index.js';
import type { BackgroundStore } from '../storage/index.js';
import { cameraGeometry } from './geometry.js';
import { writeProgramOptions } from './program-options.js';
import { checkOnline } from './reach.js';
import { type CameraDefaults, fixedPort, readCameraSettings } from './settings.js';
import type { StoredCameras } from './stored-cameras.js';

export interface CameraInstancesOptions {
  readonly supervisor: Supervisor;
  readonly cameras: StoredCameras;
  readonly backgrounds: BackgroundStore;
  /** In stream addresses. */
  readonly hostname: string;
  /** Where the sockets of `protocol: "ipc"` are made. */
  readonly ipcFolder: string;
  /** For keys that a configuration does not have. */
  readonly defaults: CameraDefaults;
  /** Milliseconds that the online check may take. */
  readonly onlineTimeout: number;
  readonly log: Logger;
}

/** The module that an instance process runs. */
export const CAMERA_PROGRAM = new URL('./program.js', import.meta.url).href;

export class CameraInstances {
  constructor(private readonly options: CameraInstancesOptions) {}

  /**
   * The address of the camera's stream. A running instance whose source type is no longer the configured one is replaced;
   * one whose configuration was deleted keeps running.
   */
  async stream(name: string): Promise<string> {
    const { supervisor, cameras } = this.options;
    const running = this.running(name);
    if (running !== null && !(await cameras.has(name))) return this.address(running);
    const config = await cameras.load(name);
    const kind = String(config.source_type);
    return this.address(await supervisor.start(name, () => this.prepare(name), kind));
  }

  /** The instance if it serves at the moment. */
  running(name: string): Instance | null {
    const instance = this.options.supervisor.get(name);
    return instance?.state === 'running' ? instance : null;
  }

  /** Hands a stored configuration to the instance if there is one. */
  async update(name: string, config: JsonObject): Promise<void> {
    const resolved = await this.resolveBackground(name, config);
    const instance = this.options.supervisor.get(name);
    if (instance?.state === 'running' || instance?.state === 'starting') instance.updateConfig(resolved);
  }

  /** Records of all starting and running instances by name. */
  records(): JsonObject {
    const instances = this.options.supervisor.active();
    return Object.fromEntries(instances.map((instance) => [instance.name, this.record(instance)]));
  }

  private async prepare(name: string): Promise<InstanceSpecification> {
    const { cameras, defaults, onlineTimeout, backgrounds } = this.options;
    const config = await this.resolveBackground(name, await cameras.load(name));
    const settings = readCameraSettings(config, defaults);
    await checkOnline({ name, settings, timeout: onlineTimeout });
    const isIpc = settings.output.protocol === 'ipc';
    return {
      name,
      program: CAMERA_PROGRAM,
      logSuffix: `camera:${name}`,
      config,
      options: writeProgramOptions({
        address: isIpc ? await this.ipcAddress(name) : null,
        backgroundFolder: backgrounds.folder,
        defaults,
      }),
      port: isIpc ? 'none' : (fixedPort(config) ?? 'allocate'),
      kind: settings.sourceType,
    };
  }

  private async ipcAddress(name: string): Promise<string> {
    await mkdir(this.options.ipcFolder, { recursive: true });
    // the spelling is part of the contract
    return `ipc://${join(this.options.ipcFolder, `cam_server_icp_${validName('camera', name)}`)}`;
  }

  /** `image_background: true` stands for the latest background of this camera. */
  private async resolveBackground(name: string, config: JsonObject): Promise<JsonObject> {
    if (config.image_background !== true) return config;
    try {
      return mergeObjects(config, { image_background: await this.options.backgrounds.latest(name) });
    } catch (error) {
      this.options.log.warning(`Bad background file for ${name}: ${errorText(error)}`);
      return mergeObjects(config, { image_background: null });
    }
  }

  private address(instance: Instance): string {
    const address = instance.specification.options.address as string | null;
    return address ?? `tcp://${this.options.hostname}:${instance.port}`;
  }

  private record(instance: Instance): JsonObject {
    const statistics = instance.statistics as unknown as JsonObject;
    return {
      stream_address: this.address(instance),
      is_stream_active: instance.state === 'running',
      camera_geometry: publishedGeometry(statistics.frame_shape) ?? configuredGeometry(instance.config),
      camera_name: instance.name,
      last_start_time: instance.lastStartTime,
      running_ms: instance.runningTime,
      state: instance.state,
      last_error: instance.lastError,
      viewers: this.options.supervisor.viewersOf(instance.name),
      statistics,
      config: instance.config,
    };
  }
}

/** `1280x960x2` → [1280, 960]; null before the first image. */
function publishedGeometry(frameShape: unknown): number[] | null {
  return typeof frameShape === 'string' ? frameShape.split('x').slice(0, 2).map(Number) : null;
}

/** What a simulation will publish; of other cameras nothing is known before the first image. */
function configuredGeometry(config: JsonObject): number[] | null {
  const { sourceType, simulation, geometry } = readCameraSettings(config);
  if (sourceType !== 'simulation') return null;
  const { width, height } = cameraGeometry(simulation, geometry).region;
  return [width, height];
}
