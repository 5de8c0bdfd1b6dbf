/**
 * The pipeline service of a manager: configurations, backgrounds and code are its own, instances are on workers.
 */
import type { CamClient, PipelineClient } from '../client/index.js';
import { CamServerError } from '../common/errors.js';
import { type JsonObject, mergeObjects } from '../common/json.js';
import { isTruthy } from '../common/leniency.js';
import type { LogRecord } from '../common/logging.js';
import type { ArrayValue } from '../common/values.js';
import type { RequestOrigin } from '../http/index.js';
import type { Change, LibraryStore, ScriptStore, StoredFile } from '../storage/index.js';
import type { Backgrounds } from '../worker/backgrounds.js';
import { mergePipelineUpdate, preparePipelineConfiguration } from '../worker/configuration/index.js';
import type { CreatedPipeline, PipelineService } from '../worker/service.js';
import type { StoredPipelines } from '../worker/stored-pipelines.js';
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
  readonly distribution: Distribution;
  readonly cameraServer: CamClient;
  /** Name of the configuration of a permanent instance; null for others. */
  readonly permanentConfiguration: (instance: string) => string | null;
}

/** Keys of an update that order something once and must not be stored. */
const TRANSIENT_KEYS = ['reload'];

export class PipelineManager implements PipelineService {
  constructor(private readonly parts: PipelineManagerParts) {}

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

  async createFromConfig(config: JsonObject | null, instanceId: string | null): Promise<CreatedPipeline> {
    if (config === null || Object.keys(config).length === 0) {
      throw new CamServerError(
        'NOTHING_TO_CREATE',
        'You must specify either the pipeline name or the configuration for the pipeline.',
      );
    }
    return this.parts.placing.createFromConfig(config, instanceId);
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
    const { record, watch } = await this.parts.instances.require(instanceId);
    return { ...record, host: watch.address };
  }

  async instanceConfig(instanceId: string): Promise<JsonObject> {
    return (await this.parts.instances.require(instanceId)).record.config as JsonObject;
  }

  /** What the changed configuration needs is sent first; changes of permanent instances are stored as well. */
  async updateInstanceConfig(instanceId: string, update: JsonObject | null): Promise<JsonObject> {
    const { watch, record } = await this.parts.instances.require(instanceId);
    if (update === null || Object.keys(update).length === 0) {
      throw new CamServerError('EMPTY_UPDATE', 'Config updates cannot be empty.');
    }
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

  configNames(): Promise<string[]> {
    return this.parts.pipelines.names();
  }

  groups(): Promise<JsonObject> {
    return this.parts.pipelines.groups();
  }

  config(name: string): Promise<JsonObject> {
    return this.parts.pipelines.load(name);
  }

  async saveConfig(name: string, config: JsonObject, change?: Change): Promise<JsonObject> {
    const stored = await this.parts.pipelines.save(name, config, change);
    this.emit({ type: 'stored', kind: 'configuration', name, action: 'saved' });
    await this.parts.distribution.broadcast(this.parts.cluster.pool.watches(), ['configuration', name]);
    return stored;
  }

  async deleteConfig(name: string, change?: Change): Promise<void> {
    await this.parts.pipelines.delete(name, change);
    this.emit({ type: 'stored', kind: 'configuration', name, action: 'deleted' });
    await this.parts.distribution.withdraw(this.parts.cluster.pool.watches(), ['configuration', name]);
  }

  cameras(): Promise<string[]> {
    return this.parts.cameraServer.cameras();
  }

  async collectBackground(camera: string, images: number, signal?: AbortSignal): Promise<string> {
    const id = await this.parts.backgrounds.collect(camera, images, signal);
    this.emit({ type: 'stored', kind: 'background', name: id, action: 'saved' });
    const { pool } = this.parts.cluster;
    const users = pool
      .watches()
      .filter(({ current }) => Object.values(current.instances).some((item) => item.camera_name === camera));
    await this.parts.distribution.broadcast(users, ['background', id]);
    return id;
  }

  /** Screen panels ask with the id of their instance instead of its camera. */
  async latestBackground(camera: string): Promise<string> {
    return (await this.backgrounds(camera)).at(-1)!;
  }

  async backgrounds(camera: string): Promise<string[]> {
    const { store } = this.parts.backgrounds;
    const instance = this.parts.cluster.pool.locate(camera)?.record;
    if (!isTruthy(instance?.camera_name)) return store.list(camera);
    return store.list(camera).catch(() => store.list(String(instance!.camera_name)));
  }

  backgroundImage(name: string): Promise<ArrayValue> {
    return this.parts.backgrounds.store.load(name);
  }

  async storeBackground(name: string, image: ArrayValue): Promise<void> {
    await this.parts.backgrounds.store.store(name, image);
    this.emit({ type: 'stored', kind: 'background', name, action: 'saved' });
  }

  scripts(): Promise<string[]> {
    return this.parts.scriptStore.names();
  }

  script(name: string): Promise<StoredFile> {
    return this.parts.scriptStore.read(name);
  }

  async storeScript(name: string, content: Buffer): Promise<void> {
    await this.parts.scriptStore.store(name, content);
    this.emit({ type: 'stored', kind: 'script', name, action: 'saved' });
    await this.parts.distribution.broadcast(this.parts.cluster.pool.watches(), ['script', name]);
  }

  async deleteScript(name: string): Promise<void> {
    await this.parts.scriptStore.delete(name);
    this.emit({ type: 'stored', kind: 'script', name, action: 'deleted' });
    await this.parts.distribution.withdraw(this.parts.cluster.pool.watches(), ['script', name]);
  }

  libraries(): Promise<string[]> {
    return this.parts.libraryStore.names();
  }

  library(name: string): Promise<StoredFile> {
    return this.parts.libraryStore.read(name);
  }

  async storeLibrary(name: string, content: Buffer): Promise<void> {
    await this.parts.libraryStore.store(name, content);
    this.emit({ type: 'stored', kind: 'library', name, action: 'saved' });
    await this.parts.distribution.broadcast(this.parts.cluster.pool.watches(), ['library', name]);
  }

  async deleteLibrary(name: string): Promise<void> {
    await this.parts.libraryStore.delete(name);
    this.emit({ type: 'stored', kind: 'library', name, action: 'deleted' });
    await this.parts.distribution.withdraw(this.parts.cluster.pool.watches(), ['library', name]);
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
