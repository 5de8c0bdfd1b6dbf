/** The part of a camera service that is the same wherever the instances are: stored configurations and scripts. */
import type { JsonObject } from '../common/json.js';
import { type InstanceControl, InstanceService } from '../family/index.js';
import type { Change, CodeManagement, StoredFile } from '../storage/index.js';
import type { StoredCameras } from './stored-cameras.js';

export abstract class StoredCameraService extends InstanceService {
  /** @param scriptFiles users' scripts, wherever they are kept */
  constructor(
    control: InstanceControl,
    protected readonly stored: StoredCameras,
    private readonly scriptFiles: CodeManagement,
  ) {
    super(control);
  }

  cameras(): Promise<string[]> {
    return this.stored.names();
  }

  configNames(): Promise<string[]> {
    return this.stored.names();
  }

  aliases(): Promise<JsonObject> {
    return this.stored.aliases();
  }

  groups(): Promise<JsonObject> {
    return this.stored.groups();
  }

  async config(camera: string): Promise<JsonObject> {
    return this.stored.load(await this.stored.resolve(camera));
  }

  async deleteConfig(camera: string, change?: Change): Promise<void> {
    await this.stored.delete(await this.stored.resolve(camera), change);
  }

  scripts(): Promise<string[]> {
    return this.scriptFiles.names();
  }

  script(name: string): Promise<StoredFile> {
    return this.scriptFiles.read(name);
  }

  storeScript(name: string, content: Buffer): Promise<void> {
    return this.scriptFiles.store(name, content);
  }

  deleteScript(name: string): Promise<void> {
    return this.scriptFiles.delete(name);
  }

  protected override instanceName(camera: string): Promise<string> {
    return this.stored.resolve(camera);
  }
}
