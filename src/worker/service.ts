/**
 * What the pipeline family can do, whoever does it: a server by itself, a manager that places instances on workers, or a
 * proxy in front of servers. The REST routes are written once against this interface (`routes.ts`).
 */

import type { JsonObject } from '../common/json.js';
import type { LogRecord } from '../common/logging.js';
import type { ArrayValue } from '../common/values.js';
import type { InstanceManagement, RequestOrigin } from '../http/index.js';
import type { Change, StoredFile } from '../storage/index.js';
import type { OnImage } from './background-collection.js';

export interface CreatedPipeline {
  readonly instanceId: string;
  /** Address of the stream. */
  readonly stream: string;
  /** The configuration the instance runs with. */
  readonly config: JsonObject;
}

/** Expected failures are `CamServerError` with the texts of the contract. `configNames` lists the stored pipelines. */
export interface PipelineService extends InstanceManagement {
  /**
   * @param config may be partial; null or empty is an error
   * @param instanceId null: a new UUID
   */
  createFromConfig(
    config: JsonObject | null,
    instanceId: string | null,
    origin: RequestOrigin,
  ): Promise<CreatedPipeline>;
  /** @param additionalConfig overlays the stored configuration key by key */
  createFromName(
    name: string,
    instanceId: string | null,
    additionalConfig: JsonObject | null,
    origin: RequestOrigin,
  ): Promise<CreatedPipeline>;
  /** The running instance of that id, or a new one of the stored pipeline of that name. */
  streamOfInstance(instanceId: string, origin: RequestOrigin): Promise<string>;
  /** A running read-only instance with an equal configuration, or a new one. */
  streamFromConfig(config: JsonObject | null, origin: RequestOrigin): Promise<CreatedPipeline>;

  instanceInfo(instanceId: string): Promise<JsonObject>;
  instanceConfig(instanceId: string): Promise<JsonObject>;
  /** Merges `update` into the configuration and hands it to the running instance. */
  updateInstanceConfig(instanceId: string, update: JsonObject | null): Promise<JsonObject>;
  /** Null while the instance runs. */
  exitCode(instanceId: string): Promise<number | null>;

  groups(): Promise<JsonObject>;
  /** The stored configuration, expanded. */
  config(name: string): Promise<JsonObject>;
  /** @returns the configuration as stored, expanded */
  saveConfig(name: string, config: JsonObject, change?: Change): Promise<JsonObject>;
  deleteConfig(name: string, change?: Change): Promise<void>;

  /** Names of the cameras of the camera server. */
  cameras(): Promise<string[]>;
  /** Averages `images` images of the camera's stream; returns the id of the stored background. */
  /** @param onImage told after each image how many there are */
  collectBackground(camera: string, images: number, signal?: AbortSignal, onImage?: OnImage): Promise<string>;
  latestBackground(camera: string): Promise<string>;
  /** Ascending. */
  backgrounds(camera: string): Promise<string[]>;
  backgroundImage(name: string): Promise<ArrayValue>;
  storeBackground(name: string, image: ArrayValue): Promise<void>;

  scripts(): Promise<string[]>;
  script(name: string): Promise<StoredFile>;
  storeScript(name: string, content: Buffer): Promise<void>;
  deleteScript(name: string): Promise<void>;
  libraries(): Promise<string[]>;
  library(name: string): Promise<StoredFile>;
  storeLibrary(name: string, content: Buffer): Promise<void>;
  deleteLibrary(name: string): Promise<void>;

  /** The last lines of the instance, also after its end; empty for an unknown one. */
  instanceLogs(instanceId: string): Promise<readonly LogRecord[]>;
}
