/**
 * The stored cameras of a server: configurations with their defaults, aliases and groups.
 */
import { CamServerError, errorText } from '../common/errors.js';
import type { JsonObject } from '../common/json.js';
import {
  aliasesOf,
  type Change,
  type ConfigurationStore,
  groupsOf,
  readAllConfigurations,
} from '../storage/index.js';
import { prepareCameraConfiguration, RESERVED_CAMERA_NAMES } from './configuration.js';
import { fixedPort, readCameraSettings } from './settings.js';

export class StoredCameras {
  /** @param warn told of configurations that cannot be read, while those of others are */
  constructor(
    private readonly store: ConfigurationStore,
    private readonly warn: (text: string) => void,
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

  /** The name behind an alias; anything else is returned as it is. */
  async resolve(nameOrAlias: string): Promise<string> {
    if (await this.store.has(nameOrAlias)) return nameOrAlias;
    return aliasesOf(await this.all()).get(nameOrAlias) ?? nameOrAlias;
  }

  /** @throws CamServerError `Unable to load config '<name>'…` and the texts of validation */
  async load(name: string): Promise<JsonObject> {
    return prepareCameraConfiguration(await this.store.get(name));
  }

  /**
   * Replaces the configuration after checking that an instance could run with it.
   * @returns as stored
   */
  async save(name: string, config: JsonObject, change?: Change): Promise<JsonObject> {
    if (RESERVED_CAMERA_NAMES.includes(name)) {
      throw new CamServerError(
        'RESERVED_NAME',
        `No camera can be called '${name}': a route of the camera server has this name.`,
      );
    }
    const prepared = prepareCameraConfiguration(config);
    readCameraSettings(prepared);
    fixedPort(prepared);
    return this.store.put(name, prepared, change);
  }

  /** @throws CamServerError `Config '<name>' does not exist.` */
  async delete(name: string, change?: Change): Promise<void> {
    if (await this.store.delete(name, change)) return;
    throw new CamServerError('CONFIG_NOT_FOUND', `Config '${name}' does not exist.`);
  }

  async aliases(): Promise<JsonObject> {
    return Object.fromEntries(aliasesOf(await this.all()));
  }

  async groups(): Promise<JsonObject> {
    return Object.fromEntries(groupsOf(await this.all()));
  }

  private all(): Promise<Map<string, JsonObject>> {
    return readAllConfigurations(this.store, (name, error) =>
      this.warn(`The configuration of camera '${name}' cannot be read: ${errorText(error)}`),
    );
  }
}
