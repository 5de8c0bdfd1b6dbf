/**
 * The pipeline service of a server or worker: instances are processes of this machine.
 */
import type { JsonObject } from '../common/json.js';
import { localInstances } from '../family/index.js';
import type { ContentKind } from '../http/index.js';
import type { Supervisor } from '../instances/index.js';
import type { LibraryStore, ScriptStore } from '../storage/index.js';
import type { PipelineInstances } from './pipeline-instances.js';
import type { CreatedPipeline, PipelineService } from './service.js';
import { type PipelineStorage, StoredPipelineService } from './stored-service.js';

export interface LocalPipelineParts extends PipelineStorage {
  readonly instances: PipelineInstances;
  readonly supervisor: Supervisor;
  readonly scripts: ScriptStore;
  readonly libraries: LibraryStore;
}

export class LocalPipelineService extends StoredPipelineService implements PipelineService {
  constructor(private readonly parts: LocalPipelineParts) {
    const { supervisor, instances } = parts;
    super(
      localInstances(supervisor, () => instances.all()),
      parts,
    );
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

  /** For managers, which send only what is missing. */
  contentDigest(kind: ContentKind, name: string): Promise<string | null> {
    const { pipelines, backgrounds, scripts, libraries } = this.parts;
    switch (kind) {
      case 'configuration':
        return pipelines.digest(name);
      case 'background':
        return backgrounds.store.digest(name);
      case 'script':
        return scripts.digest(name);
      case 'library':
        return libraries.digest(name);
    }
  }
}
