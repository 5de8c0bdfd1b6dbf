/**
 * The pool of servers behind a manager or proxy (`servers.json`): which there are, which may take new instances, and what
 * is pinned to them.
 */
import { CamServerError, errorText } from '../common/errors.js';
import type { JsonObject, JsonValue } from '../common/json.js';

/** An instance pinned to a server, from an entry `name` or `name:port`. */
export interface FixedInstance {
  readonly name: string;
  /** Null: any port. */
  readonly port: number | null;
}

export interface PoolServer {
  /** Base URL without trailing slash; the key of the configuration. */
  readonly address: string;
  /** False: takes no new instances by the least-load rule. */
  readonly expanding: boolean;
  readonly fixedInstances: readonly FixedInstance[];
  /** Pipelines on these cameras go to this server. */
  readonly cameras: readonly string[];
  /** True: it is being emptied and takes nothing at all. */
  readonly draining: boolean;
  readonly limits: CapacityLimits;
}

export interface CapacityLimits {
  /** From `max_instances`; null: no limit. */
  readonly maximumInstances: number | null;
  /** From `max_load`, percent of host CPU; null: no limit. */
  readonly maximumLoad: number | null;
}

/**
 * The enabled servers, in the order of the configuration.
 * @param onWrongEntry told of entries of `instances` that cannot be read, which are then left out; without it they are an error
 * @throws CamServerError naming the server, the key, and what is allowed
 */
export function parsePool(
  configuration: JsonValue,
  onWrongEntry: ((fault: string) => void) | null = null,
): PoolServer[] {
  if (!isObject(configuration)) {
    throw invalid('The server pool must be an object: server address -> settings');
  }
  const servers: PoolServer[] = [];
  for (const [key, settings] of Object.entries(configuration)) {
    const address = normaliseAddress(key);
    if (settings !== null && !isObject(settings)) {
      throw invalid(`Server '${key}': the settings must be an object, for example {"expanding": true}`);
    }
    const server = parseServer(address, settings ?? {}, onWrongEntry);
    if (readFlag(address, settings ?? {}, 'enabled')) servers.push(server);
  }
  return servers;
}

/** The pool of a comma-separated list of addresses, all expanding. */
export function poolFromAddresses(list: string): JsonObject {
  const addresses = list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return Object.fromEntries(addresses.map((address) => [normaliseAddress(address), { expanding: true }]));
}

/** The short form of an address in paths: without `http`, slashes and colons. */
export function compactName(address: string): string {
  return address.replaceAll('http', '').replaceAll(/[/:]/g, '');
}

/**
 * Finds the server that a path names: a zero-based index (negative ones count from the end) or a compact name.
 * @throws CamServerError with the texts that clients know
 */
export function findServer<S extends { readonly address: string }>(servers: readonly S[], text: string): S {
  const named = servers.find((server) => compactName(server.address) === text);
  if (named !== undefined) return named;
  if (!/^[+-]?\d+$/.test(text.trim())) {
    throw new CamServerError('UNKNOWN_SERVER', `invalid literal for int() with base 10: '${text}'`);
  }
  const server = servers.at(Number(text));
  if (server === undefined) throw new CamServerError('UNKNOWN_SERVER', 'list index out of range');
  return server;
}

function parseServer(
  address: string,
  settings: JsonObject,
  onWrongEntry: ((fault: string) => void) | null,
): PoolServer {
  return {
    address,
    expanding: readFlag(address, settings, 'expanding'),
    fixedInstances: readTexts(address, settings, 'instances').flatMap((entry) => {
      try {
        return parseFixed(address, entry);
      } catch (error) {
        if (onWrongEntry === null) throw error;
        onWrongEntry(errorText(error));
        return [];
      }
    }),
    cameras: readTexts(address, settings, 'cameras').map((entry) => entry.trim()),
    draining: (settings.draining ?? null) !== null && readFlag(address, settings, 'draining'),
    limits: {
      maximumInstances: readLimit(address, settings, 'max_instances'),
      maximumLoad: readLimit(address, settings, 'max_load'),
    },
  };
}

function readLimit(address: string, settings: JsonObject, key: string): number | null {
  const value = settings[key];
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && value >= 0) return value;
  throw invalid(`Server '${address}': '${key}' must be a number from 0, not ${JSON.stringify(value)}`);
}

/** Only an explicit false counts. */
function readFlag(address: string, settings: JsonObject, key: string): boolean {
  const value = settings[key];
  if (value === undefined || value === null) return true;
  if (typeof value === 'boolean') return value;
  throw invalid(`Server '${address}': '${key}' must be true or false, not ${JSON.stringify(value)}`);
}

function readTexts(address: string, settings: JsonObject, key: string): string[] {
  const value = settings[key];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value as string[];
  throw invalid(`Server '${address}': '${key}' must be a list of texts`);
}

/** Entries that begin with `#` are switched off. */
function parseFixed(address: string, entry: string): FixedInstance[] {
  const text = entry.trim();
  if (text.startsWith('#') || text === '') return [];
  const match = /^([^:]+?)\s*(?::\s*(\d{1,5}))?$/.exec(text);
  const port = match?.[2] === undefined ? null : Number(match[2]);
  if (match === null || (port !== null && (port < 1 || port > 65535))) {
    throw invalid(`Server '${address}': the entry '${entry}' of 'instances' must be NAME or NAME:PORT`);
  }
  return [{ name: match[1] as string, port }];
}

/**
 * The address without blanks around it and slashes at its end.
 * @throws CamServerError when it is none
 */
export function normaliseAddress(text: string): string {
  const address = text.trim().replace(/\/+$/, '');
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw invalid(`Server '${text}': an address such as http://host:8881 is expected`);
  }
  return address;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string): CamServerError {
  return new CamServerError('INVALID_POOL', message);
}
