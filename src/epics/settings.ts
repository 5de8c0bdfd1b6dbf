/**
 * The EPICS environment variables that a Channel Access client obeys.
 */
import { networkInterfaces } from 'node:os';
import { CamServerError } from '../common/errors.js';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

export interface CaSettings {
  /** Where search requests go. */
  readonly addresses: readonly ServerAddress[];
  /** Largest accepted payload in bytes. */
  readonly maximumArrayBytes: number;
  /** Seconds without a sign of life before the server is asked, and again before the circuit is closed. */
  readonly connectionTimeout: number;
}

const DEFAULT_PORT = 5064;
/** EPICS 7 has no limit unless one is set; ours keeps a broken peer from exhausting the memory. */
const DEFAULT_MAXIMUM_ARRAY_BYTES = 256 * 1024 * 1024;
const DEFAULT_CONNECTION_TIMEOUT = 30;

/**
 * Reads `EPICS_CA_ADDR_LIST`, `EPICS_CA_AUTO_ADDR_LIST`, `EPICS_CA_SERVER_PORT`, `EPICS_CA_MAX_ARRAY_BYTES` and
 * `EPICS_CA_CONN_TMO`.
 * @throws CamServerError naming the variable and what it may hold
 */
export function readCaSettings(environment: NodeJS.ProcessEnv = process.env): CaSettings {
  const port = readNumber(environment, 'EPICS_CA_SERVER_PORT', DEFAULT_PORT, 1, 65535);
  const listed = (environment.EPICS_CA_ADDR_LIST ?? '').split(/\s+/).filter((entry) => entry !== '');
  const isAutomatic = (environment.EPICS_CA_AUTO_ADDR_LIST ?? 'YES').trim().toUpperCase() !== 'NO';
  const addresses = listed.map((entry) => parseAddress(entry, port));
  if (isAutomatic) addresses.push(...broadcastAddresses().map((host) => ({ host, port })));
  return {
    addresses,
    maximumArrayBytes: readNumber(
      environment,
      'EPICS_CA_MAX_ARRAY_BYTES',
      DEFAULT_MAXIMUM_ARRAY_BYTES,
      16384,
      2 ** 32 - 1,
    ),
    connectionTimeout: readNumber(environment, 'EPICS_CA_CONN_TMO', DEFAULT_CONNECTION_TIMEOUT, 0.1, 3600),
  };
}

function readNumber(
  environment: NodeJS.ProcessEnv,
  name: string,
  fallback: number,
  minimum: number,
  maximum: number,
): number {
  const text = environment[name]?.trim();
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < minimum || value > maximum) {
    throw new CamServerError(
      'INVALID_ENVIRONMENT',
      `${name} is '${text}'; expected a number from ${minimum} to ${maximum}`,
    );
  }
  return value;
}

function parseAddress(entry: string, defaultPort: number): ServerAddress {
  const match = /^([^:]+)(?::(\d{1,5}))?$/.exec(entry);
  const port = match?.[2] === undefined ? defaultPort : Number(match[2]);
  if (match === null || port < 1 || port > 65535) {
    throw new CamServerError(
      'INVALID_ENVIRONMENT',
      `EPICS_CA_ADDR_LIST has the entry '${entry}'; expected HOST or HOST:PORT`,
    );
  }
  return { host: match[1] as string, port };
}

/** The broadcast address of each IPv4 interface; the loopback interface, which has none, is asked itself. */
function broadcastAddresses(): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((entry) => entry.family === 'IPv4')
    .map((entry) => (entry.internal ? entry.address : broadcastOf(entry.address, entry.netmask)));
  return [...new Set(addresses)];
}

function broadcastOf(address: string, netmask: string): string {
  const mask = netmask.split('.').map(Number);
  return address
    .split('.')
    .map((part, index) => (Number(part) | (~(mask[index] as number) & 0xff)) >>> 0)
    .join('.');
}
