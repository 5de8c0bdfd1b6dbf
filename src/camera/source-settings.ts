/**
 * The keys of a camera configuration that belong to single source types.
 */
import type { JsonObject } from '../common/json.js';
import {
  isTruthy,
  lenientInteger,
  numberOf,
  requireInteger,
  requireNumber,
  wrongValue,
} from '../common/leniency.js';
import { type FunctionLimits, readScriptLimits } from '../user-code/limits.js';

export interface SimulationSettings {
  readonly width: number;
  readonly height: number;
  readonly beam: boolean;
  /** One frame, repeated. */
  readonly still: boolean;
}

export interface BsreadSettings {
  readonly url: string | null;
  readonly connections: number;
  /** Above 0: buffered mode. */
  readonly bufferSize: number;
  /** Share of the buffer, 0 to 1, that must be full before a gap is skipped. */
  readonly bufferThreshold: number;
  readonly threaded: boolean;
  readonly enforcePulseId: boolean;
  readonly enforceTimestamp: boolean;
  readonly checkTimestamp: boolean;
  readonly abortOnError: boolean;
}

/** Of sources that are read image by image. */
export interface ReaderSettings {
  readonly mode: 'SUB' | 'PULL';
  /** The image channel of a bsread stream; null: the default of the source type. */
  readonly channel: string | null;
  /** Milliseconds that an image may take; 0: without limit. */
  readonly receiveTimeout: number;
  readonly redis: RedisSettings;
  /** Name of the class, and of its file, of a script; empty when the configuration has none. */
  readonly scriptClass: string;
  /** Where stored scripts are. */
  readonly scriptFolder: string;
  /** Interpreter of scripts in Python, or the folder of a virtual environment; null: `python3` of the search path. */
  readonly python: string | null;
  /** Of a script in JavaScript, which shares the main thread of the instance. */
  readonly scriptLimits: FunctionLimits;
}

export interface RedisSettings {
  readonly host: string;
  readonly port: number;
  readonly database: number;
}

const DEFAULT_REDIS = 'sf-daq-6.psi.ch:6379';
const MAXIMUM_SIDE = 65_535;
/** Of a simulated image: 256 MiB, more than any camera has. */
const MAXIMUM_PIXELS = 2 ** 27;

export function readSimulation(config: JsonObject): SimulationSettings {
  const side = { minimum: 1, maximum: MAXIMUM_SIDE };
  const width = requireInteger(config, 'size_x', 1280, side);
  const height = requireInteger(config, 'size_y', 960, side);
  if (width * height > MAXIMUM_PIXELS) {
    throw wrongValue(
      'size_y',
      height,
      `at most ${Math.floor(MAXIMUM_PIXELS / width)} with a size_x of ${width}`,
    );
  }
  return {
    width,
    height,
    beam: config.image_type !== 'raw' && config.image_type !== 'static_raw',
    still: config.image_type === 'static_beam' || config.image_type === 'static_raw',
  };
}

export function readBsread(config: JsonObject, abortOnError: boolean): BsreadSettings {
  const flag = (key: string, fallback: boolean): boolean => {
    const value = config[key];
    return value === null || value === undefined ? fallback : isTruthy(value);
  };
  return {
    url: isTruthy(config.url) ? String(config.url) : null,
    connections: lenientInteger(config.connections, 1, 1),
    bufferSize: lenientInteger(config.buffer_size, 0, 0),
    bufferThreshold: Math.min(1, Math.max(0, numberOf(config.buffer_threshold) ?? 0.5)),
    threaded: flag('threaded', false),
    enforcePulseId: flag('enforce_pid', true),
    enforceTimestamp: flag('enforce_timestamp', true),
    checkTimestamp: flag('check_timestamp', true),
    abortOnError: flag('abort_on_error', abortOnError),
  };
}

export function readReader(
  config: JsonObject,
  { scriptFolder, python }: Pick<ReaderSettings, 'scriptFolder' | 'python'>,
): ReaderSettings {
  const timeout = requireNumber(config, 'timeout', -1);
  return {
    mode: config.mode === 'PULL' ? 'PULL' : 'SUB',
    channel: isTruthy(config.channel) ? String(config.channel) : null,
    receiveTimeout: Math.max(0, timeout),
    redis: readRedis(config),
    scriptClass: isTruthy(config.class) ? String(config.class) : '',
    scriptFolder,
    python,
    scriptLimits: readScriptLimits(config),
  };
}

/** Only stddaq has it; a `url` of another source type is an address. */
function readRedis(config: JsonObject): RedisSettings {
  const url = config.source_type === 'stddaq' && isTruthy(config.url) ? config.url : DEFAULT_REDIS;
  const [, host, port] = /^([^:/]+):(\d{1,5})$/.exec(String(url)) ?? [];
  if (host === undefined || Number(port) > 65_535)
    throw wrongValue('url', url, 'host:port of the redis server');
  const database = requireInteger(config, 'db', 0, { minimum: 0, maximum: 65_535 });
  return { host, port: Number(port), database };
}
