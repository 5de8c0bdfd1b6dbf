/**
 * What the server hands to a camera instance besides the configuration.
 */
import type { JsonObject } from '../common/json.js';
import type { CameraDefaults } from './settings.js';

export interface CameraProgramOptions {
  /** Where to bind: `tcp://*:<port>` or `ipc://<path>`. */
  readonly address: string;
  readonly backgroundFolder: string;
  readonly defaults: CameraDefaults;
}

/** @param address null: the port that the supervisor adds */
export function writeProgramOptions({
  address,
  backgroundFolder,
  defaults,
}: Omit<CameraProgramOptions, 'address'> & { readonly address: string | null }): JsonObject {
  return {
    address,
    background_folder: backgroundFolder,
    queue_size: defaults.queueSize,
    abort_on_error: defaults.abortOnError,
    channel_access_timeout: defaults.channelAccessTimeout,
    script_folder: defaults.scriptFolder,
    python: defaults.python,
  };
}

export function readProgramOptions(options: JsonObject): CameraProgramOptions {
  return {
    address: (options.address as string | null) ?? `tcp://*:${options.port}`,
    backgroundFolder: options.background_folder as string,
    defaults: {
      queueSize: options.queue_size as number,
      abortOnError: options.abort_on_error as boolean,
      channelAccessTimeout: options.channel_access_timeout as number,
      scriptFolder: options.script_folder as string,
      python: options.python as string | null,
    },
  };
}
