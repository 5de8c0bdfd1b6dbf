/** The pipeline service of a proxy: a thin front of servers that share one configuration folder. */
import type { CamClient, PipelineClient } from '../client/index.js';
import type { JsonObject } from '../common/json.js';
import type { RequestOrigin } from '../http/index.js';
import type { Backgrounds } from '../worker/backgrounds.js';
import { givenConfiguration } from '../worker/configuration/index.js';
import type { CreatedPipeline, PipelineService } from '../worker/service.js';
import type { StoredPipelines } from '../worker/stored-pipelines.js';
import { StoredPipelineService } from '../worker/stored-service.js';
import type { Cluster } from './cluster.js';
import type { OriginResolver } from './origin.js';
import type { PoolInstances } from './pool-instances.js';
import { firstServer, serverLibraries, serverScripts } from './server-group.js';
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

export class PipelineProxy extends StoredPipelineService implements PipelineService {
  private readonly starts = new Starts<string>();

  constructor(private readonly parts: PipelineProxyParts) {
    const { pool } = parts.cluster;
    super(parts.instances, { ...parts, scripts: serverScripts(pool), libraries: serverLibraries(pool) });
  }

  /** Proxies do not balance what is created: the first server gets it. */
  async createFromConfig(config: JsonObject | null, instanceId: string | null): Promise<CreatedPipeline> {
    const given = givenConfiguration(config);
    return this.changing((client) => client.createFromConfig(given, instanceId ?? undefined));
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
    return this.parts.instances.recordWithHost(instanceId);
  }

  async instanceConfig(instanceId: string): Promise<JsonObject> {
    return (await this.parts.instances.recordWithHost(instanceId)).config as JsonObject;
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

  override configNames(): Promise<string[]> {
    return firstServer(this.parts.cluster.pool).configNames();
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
