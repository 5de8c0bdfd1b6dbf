/** The part of a pipeline service that is the same wherever the instances are: stored configurations, backgrounds and code. */
import type { CamClient } from '../client/index.js';
import type { JsonObject } from '../common/json.js';
import type { ArrayValue } from '../common/values.js';
import { type InstanceControl, InstanceService } from '../family/index.js';
import type { Change, CodeManagement, StoredFile } from '../storage/index.js';
import type { OnImage } from './background-collection.js';
import type { Backgrounds } from './backgrounds.js';
import type { StoredPipelines } from './stored-pipelines.js';

/** Where a pipeline service keeps its things. */
export interface PipelineStorage {
  readonly pipelines: StoredPipelines;
  readonly backgrounds: Backgrounds;
  readonly scripts: CodeManagement;
  readonly libraries: CodeManagement;
  readonly cameraServer: CamClient;
}

export abstract class StoredPipelineService extends InstanceService {
  constructor(
    control: InstanceControl,
    private readonly storage: PipelineStorage,
  ) {
    super(control);
  }

  configNames(): Promise<string[]> {
    return this.storage.pipelines.names();
  }

  groups(): Promise<JsonObject> {
    return this.storage.pipelines.groups();
  }

  config(name: string): Promise<JsonObject> {
    return this.storage.pipelines.load(name);
  }

  saveConfig(name: string, config: JsonObject, change?: Change): Promise<JsonObject> {
    return this.storage.pipelines.save(name, config, change);
  }

  deleteConfig(name: string, change?: Change): Promise<void> {
    return this.storage.pipelines.delete(name, change);
  }

  cameras(): Promise<string[]> {
    return this.storage.cameraServer.cameras();
  }

  collectBackground(
    camera: string,
    images: number,
    signal?: AbortSignal,
    onImage?: OnImage,
  ): Promise<string> {
    return this.storage.backgrounds.collect(camera, images, signal, onImage);
  }

  latestBackground(camera: string): Promise<string> {
    return this.storage.backgrounds.store.latest(camera);
  }

  backgrounds(camera: string): Promise<string[]> {
    return this.storage.backgrounds.store.list(camera);
  }

  backgroundImage(name: string): Promise<ArrayValue> {
    return this.storage.backgrounds.store.load(name);
  }

  storeBackground(name: string, image: ArrayValue): Promise<void> {
    return this.storage.backgrounds.store.store(name, image);
  }

  scripts(): Promise<string[]> {
    return this.storage.scripts.names();
  }

  script(name: string): Promise<StoredFile> {
    return this.storage.scripts.read(name);
  }

  storeScript(name: string, content: Buffer): Promise<void> {
    return this.storage.scripts.store(name, content);
  }

  deleteScript(name: string): Promise<void> {
    return this.storage.scripts.delete(name);
  }

  libraries(): Promise<string[]> {
    return this.storage.libraries.names();
  }

  library(name: string): Promise<StoredFile> {
    return this.storage.libraries.read(name);
  }

  storeLibrary(name: string, content: Buffer): Promise<void> {
    return this.storage.libraries.store(name, content);
  }

  deleteLibrary(name: string): Promise<void> {
    return this.storage.libraries.delete(name);
  }
}
