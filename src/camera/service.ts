/**
 * What the camera family can do, whoever does it: a server by itself, a manager that places instances on workers, or a
 * proxy in front of servers. The REST routes are written once against this interface (`routes.ts`).
 */
import type { JsonObject } from '../common/json.js';
import type { LogRecord } from '../common/logging.js';
import type { ArrayValue } from '../common/values.js';
import type { InstanceManagement, RequestOrigin, ScriptManagement } from '../http/index.js';
import type { Change } from '../storage/index.js';

export interface OnlineStatus {
  readonly online: boolean;
  /** Why the camera is not online; null when it is. */
  readonly reason: string | null;
}

/** Width and height; null where they cannot be told without a running instance. */
export type ReportedGeometry = readonly [width: number | null, height: number | null];

/** Every `camera` may be a name or an alias. Expected failures are `CamServerError` with the texts of the contract. */
export interface CameraService extends InstanceManagement, ScriptManagement {
  /** Names of the cameras. */
  cameras(): Promise<string[]>;
  /** Alias → camera. */
  aliases(): Promise<JsonObject>;
  /** Group → cameras. */
  groups(): Promise<JsonObject>;
  /** Address of the stream; the camera is started when it does not run. */
  stream(camera: string, origin: RequestOrigin): Promise<string>;
  /** @throws CamServerError for an unknown camera; a camera that is not online is no error */
  onlineStatus(camera: string): Promise<OnlineStatus>;
  /** The stored configuration, expanded. */
  config(camera: string): Promise<JsonObject>;
  /** Replaces the configuration; a running instance takes it over at once. @returns it as stored, expanded */
  saveConfig(camera: string, config: JsonObject, change?: Change): Promise<JsonObject>;
  /** Leaves a running instance alone. @throws CamServerError `Config '<name>' does not exist.` */
  deleteConfig(camera: string, change?: Change): Promise<void>;
  geometry(camera: string): Promise<ReportedGeometry>;
  /** One image. @param raw without binning, mirroring, rotation, region of interest and background */
  image(camera: string, raw: boolean): Promise<ArrayValue>;
  storeBackground(name: string, image: ArrayValue): Promise<void>;
  /** The last lines of an instance, also after its end; empty for an unknown one. */
  instanceLogs(camera: string): Promise<readonly LogRecord[]>;
}
