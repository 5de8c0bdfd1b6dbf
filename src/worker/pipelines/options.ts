/**
 * What the pipeline service gives an instance besides the configuration (`InstanceSpecification.options`).
 */
import { CamServerError } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';

export interface PipelineInstanceOptions {
  /** Where the stream is bound: `tcp://*:<port>`. */
  readonly port: number;
  /** Base address of the camera server or manager: `http://host:8888`. */
  readonly camera_server: string;
  /** What the instance shows to servers that ask who calls; null: nothing. */
  readonly service_token: string | null;
  /** Where the backgrounds lie as `<id>.npy`. */
  readonly background_folder: string;
  /** Where the users' scripts lie. */
  readonly script_folder: string;
  /** Interpreter of Python functions, or the folder of a virtual environment; null: `python3` of the search path. */
  readonly python: string | null;
  /** Defaults of configuration keys; the server's command line may change them. */
  readonly abort_on_error: boolean;
  readonly abort_on_timeout: boolean;
  readonly queue_size: number;
  readonly block: boolean;
  readonly no_client_timeout: number;
  /** Default of `notify_on_error`: endings of `name` that switch it on, or a value for all. */
  readonly notify_on_error: boolean | readonly string[];
}

const DEFAULTS = {
  service_token: null,
  python: null,
  abort_on_error: true,
  abort_on_timeout: false,
  queue_size: 10,
  block: true,
  no_client_timeout: 10,
  notify_on_error: ['_sp'],
} as const;

/**
 * Checks the options of an instance and fills in the defaults.
 * @throws CamServerError `INVALID_OPTIONS` when a mandatory option is missing or of another type
 */
export function readPipelineInstanceOptions(options: JsonObject): PipelineInstanceOptions {
  const given = { ...DEFAULTS, ...options } as Record<string, unknown>;
  for (const key of ['camera_server', 'background_folder', 'script_folder']) {
    if (typeof given[key] !== 'string') throw invalid(key, 'a text');
  }
  const port = given.port;
  if (!Number.isInteger(port) || (port as number) < 0 || (port as number) > 65535) {
    throw invalid('port', 'a whole number from 0 to 65535');
  }
  return given as unknown as PipelineInstanceOptions;
}

function invalid(key: string, expected: string): CamServerError {
  return new CamServerError('INVALID_OPTIONS', `The instance option '${key}' must be ${expected}.`);
}
