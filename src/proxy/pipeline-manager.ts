/**
 * The pipeline service of a manager: configurations, backgrounds and code are its own, instances are on workers.
 */
import type { CamClient, PipelineClient } from '../client/index.js';
import { CamServerError } from '../common/errors.js';
import { type JsonObject, mergeObjects } from '../common/json.js';
import { isTruthy } from '../common/leniency.js';
import type { ArrayValue } from '../common/values.js';
import type { RequestOrigin } from '../http/index.js';
import type { Change, CodeManagement, LibraryStore, ScriptStore } from '../storage/index.js';
import type { Backgrounds } from '../worker/backgrounds.js';
import {
  givenConfiguration,
  givenUpdate,
  mergePipelineUpdate,
  preparePipelineConfiguration,
} from '../worker/configuration/index.js';
import type { CreatedPipeline, PipelineService } from '../worker/service.js';
import type { StoredPipelines } from '../worker/stored-pipelines.js';
import { StoredPipelineService } from '../worker/stored-service.js';
import type { Cluster } from './cluster.js';
import type { ClusterEvent } from './cluster-view.js';
import type { Distribution } from './distribution.js';
import { pipelineParcel } from './pipeline-parcel.js';
import type { PipelinePlacing } from './pipeline-placing.js';
import type { PoolInstances } from './pool-instances.js';

export interface PipelineManagerParts {
  readonly cluster: Cluster<PipelineClient>;
  readonly instances: PoolInstances<PipelineClient>;
  readonly placing: PipelinePlacing;
  readonly pipelines: StoredPipelines;
  readonly backgrounds: Backgrounds;
  readonly scriptStore: ScriptStore;
  readonly libraryStore: LibraryStore;
  /** The same files, with every change handed on to the workers. */
  readonly code: { readonly scripts: CodeManagement; readonly libraries: CodeManagement };
  readonly distribution: Distribution;
  readonly cameraServer: CamClient;
  /** Name of the configuration of a permanent instance; null for others. */
  readonly permanentConfiguration: (instance: string) => string | null;
}

/** Keys of an update that order something once and must not be stored. */
const TRANSIENT_KEYS = ['reload'];

export class PipelineManager extends StoredPipelineService implements PipelineService {
  constructor(private readonly parts: PipelineManagerParts) {
    super(parts.instances, { ...parts, ...parts.code });
  }

  async createFromConfig(config: JsonObject | null, instanceId: string | null): Promise<CreatedPipeline> {
    return this.parts.placing.createFromConfig(givenConfiguration(config), instanceId);
  }

  createFromName(
    name: string,
    instanceId: string | null,
    additionalConfig: JsonObject | null,
  ): Promise<CreatedPipeline> {
    return this.parts.placing.createFromName(name, instanceId, additionalConfig ?? {});
  }

  streamOfInstance(instanceId: string, origin: RequestOrigin): Promise<string> {
    return this.parts.placing.streamOf(instanceId, origin);
  }

  streamFromConfig(config: JsonObject | null): Promise<CreatedPipeline> {
    return this.parts.placing.streamFromConfig(config ?? {});
  }

  async instanceInfo(instanceId: string): Promise<JsonObject> {
    return this.parts.instances.recordWithHost(instanceId);
  }

  async instanceConfig(instanceId: string): Promise<JsonObject> {
    return (await this.parts.instances.recordWithHost(instanceId)).config as JsonObject;
  }

  /** What the changed configuration needs is sent first; changes of permanent instances are stored as well. */
  async updateInstanceConfig(instanceId: string, requested: JsonObject | null): Promise<JsonObject> {
    const { watch, record } = await this.parts.instances.require(instanceId);
    const update = givenUpdate(requested);
    const { placing, distribution, scriptStore, libraryStore } = this.parts;
    const merged = mergePipelineUpdate(record.config as JsonObject, update);
    const background = await placing.openBackground(merged);
    const changes = background === null ? update : mergeObjects(update, { image_background: background });
    const config = mergeObjects(merged, changes);
    await distribution.deliver(watch, await pipelineParcel(config, null, scriptStore, libraryStore));
    const result = await watch.client.changeInstanceConfig(instanceId, changes);
    watch.invalidate();
    await this.storePermanent(instanceId, update);
    return result;
  }

  /** Null when no worker remembers it. */
  async exitCode(instanceId: string): Promise<number | null> {
    if ((await this.parts.instances.locate(instanceId)) !== null) {
      throw new CamServerError('INSTANCE_RUNS', `Instance '${instanceId}' still running.`);
    }
    const reachable = this.parts.cluster.pool.watches().filter((watch) => watch.isReachable);
    const codes = await Promise.allSettled(reachable.map((watch) => watch.client.exitCode(instanceId)));
    return codes.flatMap((code) => (code.status === 'fulfilled' ? [code.value] : []))[0] ?? null;
  }

  override async saveConfig(name: string, config: JsonObject, change?: Change): Promise<JsonObject> {
    const stored = await super.saveConfig(name, config, change);
    this.emit({ type: 'stored', kind: 'configuration', name, action: 'saved' });
    await this.parts.distribution.broadcast(this.parts.cluster.pool.watches(), ['configuration', name]);
    return stored;
  }

  override async deleteConfig(name: string, change?: Change): Promise<void> {
    await super.deleteConfig(name, change);
    this.emit({ type: 'stored', kind: 'configuration', name, action: 'deleted' });
    await this.parts.distribution.withdraw(this.parts.cluster.pool.watches(), ['configuration', name]);
  }

  override async collectBackground(
    ...order: Parameters<PipelineService['collectBackground']>
  ): Promise<string> {
    const [camera] = order;
    const id = await super.collectBackground(...order);
    this.emit({ type: 'stored', kind: 'background', name: id, action: 'saved' });
    const { pool } = this.parts.cluster;
    const users = pool
      .watches()
      .filter(({ current }) => Object.values(current.instances).some((item) => item.camera_name === camera));
    await this.parts.distribution.broadcast(users, ['background', id]);
    return id;
  }

  /** Screen panels ask with the id of their instance instead of its camera. */
  override async latestBackground(camera: string): Promise<string> {
    return (await this.backgrounds(camera)).at(-1)!;
  }

  override async backgrounds(camera: string): Promise<string[]> {
    const { store } = this.parts.backgrounds;
    const instance = this.parts.cluster.pool.locate(camera)?.record;
    if (!isTruthy(instance?.camera_name)) return store.list(camera);
    return store.list(camera).catch(() => store.list(String(instance!.camera_name)));
  }

  override async storeBackground(name: string, image: ArrayValue): Promise<void> {
    await super.storeBackground(name, image);
    this.emit({ type: 'stored', kind: 'background', name, action: 'saved' });
  }

  private async storePermanent(instance: string, update: JsonObject): Promise<void> {
    const name = this.parts.permanentConfiguration(instance);
    if (name === null) return;
    const lasting = mergeObjects({}, update);
    for (const key of TRANSIENT_KEYS) delete lasting[key];
    if (Object.keys(lasting).length === 0) return;
    const stored = mergePipelineUpdate(await this.parts.pipelines.load(name), lasting);
    await this.saveConfig(name, preparePipelineConfiguration(stored));
  }

  private emit(event: ClusterEvent): void {
    this.parts.cluster.events.emit(event);
  }
}
