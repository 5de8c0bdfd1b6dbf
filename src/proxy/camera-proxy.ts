/** The camera service of a proxy: a thin front of servers that share one configuration folder. */
import type { CameraService, OnlineStatus, ReportedGeometry } from '../camera/service.js';
import type { StoredCameras } from '../camera/stored-cameras.js';
import { StoredCameraService } from '../camera/stored-service.js';
import type { CamClient } from '../client/index.js';
import type { JsonObject } from '../common/json.js';
import type { ArrayValue } from '../common/values.js';
import type { RequestOrigin } from '../http/index.js';
import type { Cluster } from './cluster.js';
import type { OriginResolver } from './origin.js';
import type { PlacementRequest } from './placement.js';
import type { PoolInstances } from './pool-instances.js';
import { firstServer, orderAll, serverScripts } from './server-group.js';
import { Starts } from './starts.js';

export interface CameraProxyParts {
  readonly cluster: Cluster<CamClient>;
  readonly instances: PoolInstances<CamClient>;
  /** Of the folder that the servers use. */
  readonly cameras: StoredCameras;
  readonly origins: OriginResolver;
}

export class CameraProxy extends StoredCameraService implements CameraService {
  private readonly starts = new Starts<string>();

  constructor(private readonly parts: CameraProxyParts) {
    super(parts.instances, parts.cameras, serverScripts(parts.cluster.pool));
  }

  override cameras(): Promise<string[]> {
    return firstServer(this.parts.cluster.pool).cameras();
  }

  async stream(camera: string, origin: RequestOrigin): Promise<string> {
    const name = await this.instanceName(camera);
    return this.starts.shared(name, async () => {
      const request = await this.request(name, origin);
      return (await this.parts.cluster.start(request, ({ watch }) => watch.client.stream(name))).result;
    });
  }

  async onlineStatus(camera: string): Promise<OnlineStatus> {
    const name = await this.instanceName(camera);
    const { online, status } = await (await this.anyClient(name)).onlineStatus(name);
    return { online, reason: online ? null : status };
  }

  /** By the server that runs the camera, so that it takes the change over; else into the file. */
  async saveConfig(camera: string, config: JsonObject): Promise<JsonObject> {
    const name = await this.instanceName(camera);
    const located = await this.parts.instances.locate(name);
    if (located === null) return this.parts.cameras.save(name, config);
    const stored = await located.watch.client.saveConfig(name, config);
    located.watch.invalidate();
    return stored;
  }

  async geometry(camera: string): Promise<ReportedGeometry> {
    const name = await this.instanceName(camera);
    return (await this.anyClient(name)).geometry(name);
  }

  async image(camera: string, raw: boolean): Promise<ArrayValue> {
    const name = await this.instanceName(camera);
    return (await this.anyClient(name)).image(name, { raw });
  }

  storeBackground(name: string, image: ArrayValue): Promise<void> {
    return orderAll(this.parts.cluster.pool, (client) => client.storeBackground(name, image));
  }

  private async anyClient(name: string): Promise<CamClient> {
    const located = await this.parts.instances.locate(name);
    if (located !== null) return located.watch.client;
    const { server } = this.parts.cluster.decide(await this.request(name, { address: null }));
    return this.parts.cluster.pool.watchOf(server.address)!.client;
  }

  private async request(name: string, origin: RequestOrigin): Promise<PlacementRequest> {
    const addresses = this.parts.cluster.pool.watches().map(({ address }) => address);
    const originHost = await this.parts.origins.hostOf(origin.address, addresses);
    return { instance: name, configuration: name, cameraName: null, cameraHost: null, originHost };
  }
}
