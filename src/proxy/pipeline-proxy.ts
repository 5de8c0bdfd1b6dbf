/** The pipeline service of a proxy: a thin front of servers that share one configuration folder. */
import type { CamClient, PipelineClient } from '../client/index.js';
import { CamServerError } from '../common/errors.js';
import type { JsonObject } from '../common/json.js';
import type { LogRecord } from '../common/logging.js';
import type { ArrayValue } from '../common/values.js';
import type { RequestOrigin } from '../http/index.js';
import type { StoredFile } from '../storage/index.js';
import type { Backgrounds } from '../worker/backgrounds.js';
import type { CreatedPipeline, PipelineService } from '../worker/service.js';
import type { StoredPipelines } from '../worker/stored-pipelines.js';
import type { Cluster } from './cluster.js';
import type { OriginResolver } from './origin.js';
import type { PoolInstances } from './pool-instances.js';
import { firstServer, orderAll, scriptOf } from './server-group.js';
import { Starts } from './starts.js';

export interface PipelineProxyParts {
  readonly cluster: Cluster<PipelineClient>;
  readonly instances: PoolInstances<PipelineClient>;
  /** Of the folders that the servers use. */
  readonly pipelines: StoredPipelines;
  readonly backgrounds: Backgrounds;
  readonly cameraServer: CamClient;
  readonly origins: OriginResolver;
}

export class PipelineProxy implements PipelineService {
  private readonly starts = new Starts<string>();

  constructor(private readonly parts: PipelineProxyParts) {}

  info(): Promise<JsonObject> {
    return this.parts.instances.info();
  }

  heartbeatInstances(): Promise<string[]> {
    return this.parts.instances.heartbeatInstances();
  }

  stopAll(): Promise<void> {
    return this.parts.instances.stopAll();
  }

  stop(name: string): Promise<void> {
    return this.parts.instances.stop(name);
  }

  delete(name: string): Promise<void> {
    return this.parts.instances.delete(name);
  }

  instanceLogs(instanceId: string): Promise<readonly LogRecord[]> {
    return this.parts.instances.instanceLogs(instanceId);
  }

  /** Proxies do not balance what is created: the first server gets it. */
  async createFromConfig(config: JsonObject | null, instanceId: string | null): Promise<CreatedPipeline> {
    if (config === null || Object.keys(config).length === 0) {
      throw new CamServerError(
        'NOTHING_TO_CREATE',
        'You must specify either the pipeline name or the configuration for the pipeline.',
      );
    }
    return this.changing((client) => client.createFromConfig(config, instanceId ?? undefined));
  }

  async createFromName(
    name: string,
    instanceId: string | null,
    additionalConfig: JsonObject | null,
  ): Promise<CreatedPipeline> {
    const options = {
      ...(instanceId === null ? {} : { instanceId }),
      ...(additionalConfig === null ? {} : { changes: additionalConfig }),
    };
    return this.changing((client) => client.createFromName(name, options));
  }

  streamFromConfig(config: JsonObject | null): Promise<CreatedPipeline> {
    return this.changing((client) => client.streamFromConfig(config ?? {}));
  }

  async streamOfInstance(instanceId: string, origin: RequestOrigin): Promise<string> {
    return this.starts.shared(instanceId, async () => {
      const { cluster, origins } = this.parts;
      const addresses = cluster.pool.watches().map(({ address }) => address);
      const originHost = await origins.hostOf(origin.address, addresses);
      const request = {
        instance: instanceId,
        configuration: instanceId,
        cameraName: null,
        cameraHost: null,
        originHost,
      };
      return (await cluster.start(request, ({ watch }) => watch.client.stream(instanceId))).result;
    });
  }

  async instanceInfo(instanceId: string): Promise<JsonObject> {
    const { record, watch } = await this.parts.instances.require(instanceId);
    return { ...record, host: watch.address };
  }

  async instanceConfig(instanceId: string): Promise<JsonObject> {
    return (await this.parts.instances.require(instanceId)).record.config as JsonObject;
  }

  async updateInstanceConfig(instanceId: string, update: JsonObject | null): Promise<JsonObject> {
    const { watch } = await this.parts.instances.require(instanceId);
    const config = await watch.client.changeInstanceConfig(instanceId, update ?? {});
    watch.invalidate();
    return config;
  }

  /** Null when it does not run. */
  async exitCode(instanceId: string): Promise<number | null> {
    const located = await this.parts.instances.locate(instanceId);
    return located === null ? null : located.watch.client.exitCode(instanceId);
  }

  configNames(): Promise<string[]> {
    return firstServer(this.parts.cluster.pool).configNames();
  }

  groups(): Promise<JsonObject> {
    return this.parts.pipelines.groups();
  }

  config(name: string): Promise<JsonObject> {
    return this.parts.pipelines.load(name);
  }

  saveConfig(name: string, config: JsonObject): Promise<JsonObject> {
    return this.parts.pipelines.save(name, config);
  }

  deleteConfig(name: string): Promise<void> {
    return this.parts.pipelines.delete(name);
  }

  cameras(): Promise<string[]> {
    return this.parts.cameraServer.cameras();
  }

  collectBackground(camera: string, images: number, signal?: AbortSignal): Promise<string> {
    return this.parts.backgrounds.collect(camera, images, signal);
  }

  latestBackground(camera: string): Promise<string> {
    return this.parts.backgrounds.store.latest(camera);
  }

  backgrounds(camera: string): Promise<string[]> {
    return this.parts.backgrounds.store.list(camera);
  }

  backgroundImage(name: string): Promise<ArrayValue> {
    return this.parts.backgrounds.store.load(name);
  }

  storeBackground(name: string, image: ArrayValue): Promise<void> {
    return this.parts.backgrounds.store.store(name, image);
  }

  scripts(): Promise<string[]> {
    return firstServer(this.parts.cluster.pool).scripts();
  }

  script(name: string): Promise<StoredFile> {
    return scriptOf(firstServer(this.parts.cluster.pool), name);
  }

  storeScript(name: string, content: Buffer): Promise<void> {
    return orderAll(this.parts.cluster.pool, (client) => client.storeScript(name, content));
  }

  deleteScript(name: string): Promise<void> {
    return orderAll(this.parts.cluster.pool, (client) => client.deleteScript(name));
  }

  libraries(): Promise<string[]> {
    return firstServer(this.parts.cluster.pool).libraries();
  }

  async library(name: string): Promise<StoredFile> {
    return { name, content: await firstServer(this.parts.cluster.pool).library(name) };
  }

  storeLibrary(name: string, content: Buffer): Promise<void> {
    return orderAll(this.parts.cluster.pool, (client) => client.storeLibrary(name, content));
  }

  deleteLibrary(name: string): Promise<void> {
    return orderAll(this.parts.cluster.pool, (client) => client.deleteLibrary(name));
  }

  private async changing<T>(order: (client: PipelineClient) => Promise<T>): Promise<T> {
    const client = firstServer(this.parts.cluster.pool);
    try {
      return await order(client);
    } finally {
      this.parts.cluster.pool.watchOf(client.address)?.invalidate();
    }
  }
}
