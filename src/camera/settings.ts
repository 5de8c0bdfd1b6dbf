/**
 * The configuration of a camera as the instance uses it: typed, defaulted, checked. Reading it is the test whether an
 * instance could run with a configuration.
 */
import type { Compression } from '../bsread/types.js';
import { isElementType, type NumericType } from '../common/dtype.js';
import type { JsonObject, JsonValue } from '../common/json.js';
import { isTruthy, lenientInteger, requireInteger, requireNumber, wrongValue } from '../common/leniency.js';
import type { SourceType } from './configuration.js';
import { type GeometrySettings, readGeometry } from './geometry-settings.js';
import {
  type BsreadSettings,
  type ReaderSettings,
  readBsread,
  readReader,
  readSimulation,
  type SimulationSettings,
} from './source-settings.js';

export interface CameraSettings {
  /** The configuration that was read. */
  readonly document: JsonObject;
  readonly source: string;
  readonly sourceType: SourceType;
  readonly geometry: GeometrySettings;
  readonly output: OutputSettings;
  readonly simulation: SimulationSettings;
  readonly bsread: BsreadSettings;
  readonly reader: ReaderSettings;
  readonly forwarder: ForwarderSettings | null;
  /** Images per second; null when the configuration names none. */
  readonly frameRate: number | null;
  readonly debug: boolean;
  /** Milliseconds for one value of Channel Access. */
  readonly channelAccessTimeout: number;
}

export interface OutputSettings {
  readonly queueSize: number;
  /** Seconds; 0 and less mean: for ever. */
  readonly noClientTimeout: number;
  readonly protocol: 'tcp' | 'ipc';
  readonly imageCompression: Compression;
  readonly scalarCompression: Compression;
  readonly dataHeaderCompression: Compression;
  /** The type to declare, whatever the source says. */
  readonly dtype: NumericType | null;
  /** Channel order and metadata of the automatic header instead of the registered one. */
  readonly automaticHeader: boolean;
  /** Pulse ids from the clock instead of a counter. */
  readonly simulatePulseId: boolean;
}

export interface ForwarderSettings {
  readonly port: number;
  readonly compression: Compression;
  readonly dataHeaderCompression: Compression;
}

/** What the server's options say where the configuration says nothing. */
export interface CameraDefaults {
  readonly queueSize: number;
  readonly abortOnError: boolean;
  /** Milliseconds for one value of Channel Access. */
  readonly channelAccessTimeout: number;
  /** Where stored scripts are. */
  readonly scriptFolder: string;
  /** Interpreter of cameras in Python, or the folder of a virtual environment; null: `python3` of the search path. */
  readonly python: string | null;
}

export const CAMERA_DEFAULTS: CameraDefaults = {
  queueSize: 100,
  abortOnError: true,
  channelAccessTimeout: 2000,
  scriptFolder: '.',
  python: null,
};

const DEFAULT_NO_CLIENT_TIMEOUT = 10;

/**
 * Reads an expanded configuration.
 * @throws CamServerError `INVALID_CONFIGURATION` with the key, its value, and what it should be
 */
export function readCameraSettings(
  config: JsonObject,
  defaults: CameraDefaults = CAMERA_DEFAULTS,
): CameraSettings {
  const sourceType = config.source_type as SourceType;
  return {
    document: config,
    source: typeof config.source === 'string' ? config.source : String(config.source ?? ''),
    sourceType,
    geometry: readGeometry(config),
    output: readOutput(config, sourceType, defaults),
    simulation: readSimulation(config),
    bsread: readBsread(config, defaults.abortOnError),
    reader: readReader(config, defaults),
    forwarder: readForwarder(config),
    frameRate: readFrameRate(config),
    debug: config.debug === true || config.debug === 'true',
    channelAccessTimeout: defaults.channelAccessTimeout,
  };
}

/** The fixed output port, or null. */
export function fixedPort(config: JsonObject): number | null {
  if (!isTruthy(config.port)) return null;
  return requireInteger(config, 'port', 0, { minimum: 1, maximum: 65_535 });
}

function readOutput(config: JsonObject, sourceType: SourceType, defaults: CameraDefaults): OutputSettings {
  const alwaysAutomatic = ['bsread', 'bsread_simulation', 'hdf5'].includes(sourceType);
  return {
    queueSize: lenientInteger(config.queue_size, 1, defaults.queueSize),
    noClientTimeout: requireNumber(config, 'no_client_timeout', DEFAULT_NO_CLIENT_TIMEOUT),
    protocol: config.protocol === 'ipc' ? 'ipc' : 'tcp',
    imageCompression: readCompression(config, 'image_compression'),
    scalarCompression: readCompression(config, 'scalar_compression'),
    dataHeaderCompression: readCompression(config, 'data_header_compression'),
    dtype: readElementType(config.dtype),
    automaticHeader: alwaysAutomatic || isTruthy(config.check_data),
    simulatePulseId: isTruthy(config.simulate_pulse_id),
  };
}

function readCompression(config: JsonObject, key: string): Compression {
  const value = config[key];
  if (value === true) return 'bitshuffle_lz4';
  if (!isTruthy(value)) return 'none';
  if (value === 'none' || value === 'lz4' || value === 'bitshuffle_lz4') return value;
  throw wrongValue(key, value, 'true, false, "none", "lz4" or "bitshuffle_lz4"');
}

function readElementType(value: JsonValue | undefined): NumericType | null {
  if (!isTruthy(value)) return null;
  if (typeof value === 'string' && isElementType(value) && value !== 'bool') return value;
  throw wrongValue('dtype', value, 'an element type such as "uint8", "uint16", "int32" or "float32"');
}

function readForwarder(config: JsonObject): ForwarderSettings | null {
  const port = requireInteger(config, 'forwarder_port', 0, { minimum: -1, maximum: 65_535 });
  if (port <= 0) return null;
  return {
    port,
    compression: readCompression(config, 'forwarder_compression'),
    dataHeaderCompression: readCompression(config, 'forwarder_data_header_compression'),
  };
}

function readFrameRate(config: JsonObject): number | null {
  const rate = requireNumber(config, 'frame_rate', null);
  if (rate === null || rate === 0) return null;
  if (rate < 0) throw wrongValue('frame_rate', config.frame_rate, 'a positive number of images per second');
  return rate;
}
