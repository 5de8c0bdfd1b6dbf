/** The stored pipelines of a server or worker. */
import { CamServerError, errorText } from '../common/errors.js';
import type { JsonObject } from '../common/json.js';
import type { Logger } from '../common/logging.js';
import { type Change, type ConfigurationStore, groupsOf, readAllConfigurations } from '../storage/index.js';
import { loadPipelineConfiguration, preparePipelineConfiguration } from './configuration/index.js';

export class StoredPipelines {
  constructor(
    private readonly store: ConfigurationStore,
    private readonly log: Logger,
  ) {}

  names(): Promise<string[]> {
    return this.store.names();
  }

  has(name: string): Promise<boolean> {
    return this.store.has(name);
  }

  /** Fingerprint of the stored document; null when there is none. */
  async digest(name: string): Promise<string | null> {
    return (await this.store.has(name)) ? (await this.store.getText(name)).tag : null;
  }

  /** Group → names; configurations that cannot be read are left out. */
  async groups(): Promise<JsonObject> {
    const configurations = await readAllConfigurations(this.store, (name, error) =>
      this.log.warning(`Pipeline ${name} is left out of the groups: ${errorText(error)}`),
    );
    return Object.fromEntries(groupsOf(configurations));
  }

  /** Expanded and validated. */
  async load(name: string): Promise<JsonObject> {
    return loadPipelineConfiguration(await this.store.get(name));
  }

  /** Stores the document as it is given, so that what it leaves to the defaults stays open. @returns it expanded */
  async save(name: string, config: JsonObject, change?: Change): Promise<JsonObject> {
    preparePipelineConfiguration(config);
    return loadPipelineConfiguration(await this.store.put(name, config, change));
  }

  async delete(name: string, change?: Change): Promise<void> {
    if (await this.store.delete(name, change)) return;
    throw new CamServerError('PIPELINE_NOT_FOUND', `Pipeline '${name}' does not exist.`);
  }
}
