/**
 * The pipeline service of a server or worker: instances are processes of this machine.
 */

import type { CamClient } from '../client/index.js';
import type { JsonObject } from '../common/json.js';
import type { LogRecord } from '../common/logging.js';
import type { ArrayValue } from '../common/values.js';
import { type ContentKind, compactInstances } from '../http/index.js';
import type { Supervisor } from '../instances/index.js';
import type { Change, LibraryStore, ScriptStore, StoredFile } from '../storage/index.js';
import type { Backgrounds } from './backgrounds.js';
import type { PipelineInstances } from './pipeline-instances.js';
import type { CreatedPipeline, PipelineService } from './service.js';
import type { StoredPipelines } from './stored-pipelines.js';

export interface LocalPipelineParts {
  readonly instances: PipelineInstances;
  readonly supervisor: Supervisor;
  readonly pipelines: StoredPipelines;
  readonly backgrounds: Backgrounds;
  readonly scriptStore: ScriptStore;
  readonly libraryStore: LibraryStore;
  readonly cameraServer: CamClient;
  /** Figures of the host and version, completed by the instances. */
  serverInfo(activeInstances: JsonObject): JsonObject;
}

export class LocalPipelineService implements PipelineService {
  constructor(private readonly parts: LocalPipelineParts) {}

  async info(): Promise<JsonObject> {
    return this.parts.serverInfo(this.parts.instances.all());
  }

  async heartbeatInstances(): Promise<JsonObject> {
    return compactInstances(this.parts.instances.all());
  }

  stopAll(): Promise<void> {
    return this.parts.supervisor.stopAll();
  }

  stop(name: string): Promise<void> {
    return this.parts.supervisor.stop(name);
  }

  delete(name: string): Promise<void> {
    return this.parts.supervisor.delete(name);
  }

  createFromConfig(config: JsonObject | null, instanceId: string | null): Promise<CreatedPipeline> {
    return this.parts.instances.createFromConfig(config, instanceId);
  }

  createFromName(
    name: string,
    instanceId: string | null,
    additionalConfig: JsonObject | null,
  ): Promise<CreatedPipeline> {
    return this.parts.instances.createFromName(name, instanceId, additionalConfig);
  }

  streamOfInstance(instanceId: string): Promise<string> {
    return this.parts.instances.streamOf(instanceId);
  }

  streamFromConfig(config: JsonObject | null): Promise<CreatedPipeline> {
    return this.parts.instances.streamFromConfig(config);
  }

  async instanceInfo(instanceId: string): Promise<JsonObject> {
    return this.parts.instances.info(instanceId);
  }

  async instanceConfig(instanceId: string): Promise<JsonObject> {
    return this.parts.instances.config(instanceId);
  }

  updateInstanceConfig(instanceId: string, update: JsonObject | null): Promise<JsonObject> {
    return this.parts.instances.update(instanceId, update);
  }

  async exitCode(instanceId: string): Promise<number | null> {
    return this.parts.instances.exitCode(instanceId);
  }

  async instanceLogs(instanceId: string): Promise<readonly LogRecord[]> {
    return this.parts.supervisor.logs(instanceId);
  }

  /** For managers, which send only what is missing. */
  contentDigest(kind: ContentKind, name: string): Promise<string | null> {
    const { pipelines, backgrounds, scriptStore, libraryStore } = this.parts;
    switch (kind) {
      case 'configuration':
        return pipelines.digest(name);
      case 'background':
        return backgrounds.store.digest(name);
      case 'script':
        return scriptStore.digest(name);
      case 'library':
        return libraryStore.digest(name);
    }
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

  saveConfig(name: string, config: JsonObject, change?: Change): Promise<JsonObject> {
    return this.parts.pipelines.save(name, config, change);
  }

  deleteConfig(name: string, change?: Change): Promise<void> {
    return this.parts.pipelines.delete(name, change);
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
    return this.parts.scriptStore.names();
  }

  script(name: string): Promise<StoredFile> {
    return this.parts.scriptStore.read(name);
  }

  storeScript(name: string, content: Buffer): Promise<void> {
    return this.parts.scriptStore.store(name, content);
  }

  deleteScript(name: string): Promise<void> {
    return this.parts.scriptStore.delete(name);
  }

  libraries(): Promise<string[]> {
    return this.parts.libraryStore.names();
  }

  library(name: string): Promise<StoredFile> {
    return this.parts.libraryStore.read(name);
  }

  storeLibrary(name: string, content: Buffer): Promise<void> {
    return this.parts.libraryStore.store(name, content);
  }

  deleteLibrary(name: string): Promise<void> {
    return this.parts.libraryStore.delete(name);
  }
}
