/**
 * The camera service of a manager: configurations are its own, instances are on workers, and everything that touches a
 * camera's source happens there too.
 */
import type { CameraService, OnlineStatus, ReportedGeometry } from '../camera/service.js';
import type { StoredCameras } from '../camera/stored-cameras.js';
import { StoredCameraService } from '../camera/stored-service.js';
import type { CamClient } from '../client/index.js';
import { CamServerError, errorText } from '../common/errors.js';
import { type JsonObject, mergeObjects } from '../common/json.js';
import type { ArrayValue } from '../common/values.js';
import type { RequestOrigin } from '../http/index.js';
import type { BackgroundStore, Change, CodeManagement, ScriptStore } from '../storage/index.js';
import type { Cluster } from './cluster.js';
import type { Distribution, Parcel } from './distribution.js';
import type { OriginResolver } from './origin.js';
import type { PlacementRequest } from './placement.js';
import type { PoolInstances } from './pool-instances.js';
import { Starts } from './starts.js';

export interface CameraManagerParts {
  readonly cluster: Cluster<CamClient>;
  readonly instances: PoolInstances<CamClient>;
  readonly cameras: StoredCameras;
  readonly backgrounds: BackgroundStore;
  readonly scriptStore: ScriptStore;
  /** The same scripts, with every change handed on to the workers. */
  readonly code: CodeManagement;
  readonly distribution: Distribution;
  readonly origins: OriginResolver;
  /** Whether a camera is kept running, so that it must not end for lack of clients. */
  readonly isPermanent: (camera: string) => boolean;
}

interface StartedCamera {
  readonly server: string;
  /** Address of the stream. */
  readonly stream: string;
}

export class CameraManager extends StoredCameraService implements CameraService {
  private readonly starts = new Starts<StartedCamera>();

  constructor(private readonly parts: CameraManagerParts) {
    super(parts.instances, parts.cameras, parts.code);
  }

  async stream(camera: string, origin: RequestOrigin): Promise<string> {
    const name = await this.instanceName(camera);
    return (await this.starts.shared(name, () => this.start(name, origin))).stream;
  }

  /**
   * Starts a camera, unless it runs, on a server that is not among `avoid`.
   * @returns the address of its server
   */
  async startElsewhere(name: string, avoid: readonly string[]): Promise<string> {
    return (await this.starts.shared(name, () => this.start(name, { address: null }, avoid))).server;
  }

  async onlineStatus(camera: string): Promise<OnlineStatus> {
    const client = await this.anyClient(camera);
    const { online, status } = await client.onlineStatus(await this.instanceName(camera));
    return { online, reason: online ? null : status };
  }

  async saveConfig(camera: string, config: JsonObject, change?: Change): Promise<JsonObject> {
    const name = await this.parts.cameras.resolve(camera);
    const stored = await this.parts.cameras.save(name, config, change);
    this.parts.cluster.events.emit({ type: 'stored', kind: 'configuration', name, action: 'saved' });
    await this.updateRunning(name);
    return stored;
  }

  /** Hands the stored configuration to the workers that run the camera. */
  async updateRunning(name: string): Promise<void> {
    await this.parts.cluster.pool.refresh();
    for (const { watch } of this.parts.cluster.pool.locateAll(name)) {
      try {
        await this.parts.distribution.deliver(watch, await this.parcel(name, watch.address));
        watch.invalidate();
      } catch (error) {
        const text = `Camera ${name} is saved, but ${watch.address}, which runs it, did not take it: ${errorText(error)}`;
        throw new CamServerError('NOT_DISTRIBUTED', text, { cause: error });
      }
    }
  }

  override async deleteConfig(camera: string, change?: Change): Promise<void> {
    const name = await this.parts.cameras.resolve(camera);
    await super.deleteConfig(name, change);
    this.parts.cluster.events.emit({ type: 'stored', kind: 'configuration', name, action: 'deleted' });
    await this.parts.distribution.withdraw(this.parts.cluster.pool.watches(), ['configuration', name]);
  }

  async geometry(camera: string): Promise<ReportedGeometry> {
    const client = await this.anyClient(camera);
    return client.geometry(await this.instanceName(camera));
  }

  async image(camera: string, raw: boolean): Promise<ArrayValue> {
    const client = await this.anyClient(camera);
    return client.image(await this.instanceName(camera), { raw });
  }

  async storeBackground(name: string, image: ArrayValue): Promise<void> {
    await this.parts.backgrounds.store(name, image);
    this.parts.cluster.events.emit({ type: 'stored', kind: 'background', name, action: 'saved' });
  }

  /**
   * A stored camera as the worker of that address shall have it: with the id of its background, the port of its fixed
   * entry, and without an end for lack of clients when it is permanent.
   */
  async forWorker(name: string, address: string): Promise<JsonObject> {
    const config = await this.parts.cameras.load(name);
    const background = await this.background(name, config);
    const member = this.parts.cluster.pool.members().find(({ settings }) => settings.address === address);
    const port = member?.settings.fixedInstances.find((entry) => entry.name === name)?.port ?? null;
    return mergeObjects(config, {
      ...(config.image_background === true ? { image_background: background } : {}),
      ...(port === null ? {} : { port }),
      ...(this.parts.isPermanent(name) ? { no_client_timeout: 0 } : {}),
    });
  }

  /** What placement decides on. */
  async placementRequest(name: string, origin: RequestOrigin): Promise<PlacementRequest> {
    const addresses = this.parts.cluster.pool.watches().map(({ address }) => address);
    const originHost = await this.parts.origins.hostOf(origin.address, addresses);
    return { instance: name, configuration: name, cameraName: null, cameraHost: null, originHost };
  }

  private async start(
    name: string,
    origin: RequestOrigin,
    avoid: readonly string[] = [],
  ): Promise<StartedCamera> {
    const request = await this.placementRequest(name, origin);
    const { server, result: stream } = await this.parts.cluster.start(
      request,
      async ({ decision, watch }) => {
        if (decision.rule !== 'running') {
          await this.parts.distribution.deliver(watch, await this.parcel(name, watch.address));
        }
        return watch.client.stream(name);
      },
      avoid,
    );
    return { server, stream };
  }

  /** The worker that runs a camera, or any that could, with its configuration sent there. */
  private async anyClient(camera: string): Promise<CamClient> {
    const name = await this.instanceName(camera);
    const located = await this.parts.instances.locate(name);
    if (located !== null) return located.watch.client;
    await this.parts.cameras.load(name);
    const request = await this.placementRequest(name, { address: null });
    const { server } = this.parts.cluster.decide(request);
    const watch = this.parts.cluster.pool.watchOf(server.address)!;
    await this.parts.distribution.deliver(watch, await this.parcel(name, watch.address));
    return watch.client;
  }

  private async parcel(name: string, address: string): Promise<Parcel> {
    const config = await this.forWorker(name, address);
    const background = await this.background(name, config);
    const script = config.source_type === 'script' ? await this.sourceScript(config) : null;
    return {
      configuration: { name, config },
      backgrounds: background === null ? [] : [background],
      scripts: script === null ? [] : [script],
      libraries: [],
    };
  }

  /** Id of the background of a configuration; `true` stands for the latest one of the camera. */
  private async background(name: string, config: JsonObject): Promise<string | null> {
    if (typeof config.image_background === 'string' && config.image_background !== '') {
      return config.image_background;
    }
    if (config.image_background !== true) return null;
    return this.parts.backgrounds.latest(name).catch(() => null);
  }

  private async sourceScript(config: JsonObject): Promise<string | null> {
    return typeof config.class === 'string' ? this.parts.scriptStore.resolve(config.class) : null;
  }

  /** An instance keeps its name when its configuration is deleted, even if that name is now the alias of another camera. */
  protected override async instanceName(camera: string): Promise<string> {
    return this.parts.cluster.pool.locate(camera) === null ? this.parts.cameras.resolve(camera) : camera;
  }
}
