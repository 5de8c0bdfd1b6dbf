/** Options that the commands of managers share. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { errorText } from '../common/errors.js';
import { FROZEN_AFTER } from '../proxy/frozen.js';
import {
  POLL_INTERVAL,
  type PoolServerOptions,
  type ManagerOptions as Settings,
} from '../proxy/manager-options.js';
import {
  addServerOptions,
  EXIT_MISCONFIGURED,
  makeFolder,
  parseNumber,
  parseWhole,
  requireFolder,
  type ServerOptions,
} from './common-options.js';

export interface PoolOptions extends ServerOptions {
  readonly base: string;
  readonly hostname: string;
  readonly servers: string;
  readonly client_timeout: number;
  readonly update_timeout: number;
  readonly pollInterval: number;
}

export interface ManagerOptions extends PoolOptions {
  readonly background_base: string;
  readonly scripts_base: string;
  readonly secretFile: string | undefined;
  readonly restartFrozen: boolean;
  readonly frozenAfter: number;
}

const FOLDER = 'configuration';

/** Adds the options of every server that stands before others. */
export function addPoolOptions(command: Command, port: number, configFolder: string): Command {
  return addServerOptions(command, port)
    .option('-n, --hostname <name>', 'host name under which clients reach this server', hostname())
    .option('-b, --base <folder>', 'stored configurations', `${FOLDER}/${configFolder}`)
    .option(
      '-s, --servers <pool>',
      'a file, inline JSON, or addresses separated by commas (default: servers.json of the configuration folder)',
      '',
    )
    .option('-t, --client_timeout <seconds>', 'for a call to a server', parseSeconds, 10)
    .option(
      '-m, --update_timeout <seconds>',
      'for a question how a server is; above 60: milliseconds',
      parseSeconds,
      2,
    )
    .option('--poll-interval <milliseconds>', 'between two looks at a server', parseWhole, POLL_INTERVAL);
}

export function addManagerOptions(command: Command, port: number, configFolder: string): Command {
  return addPoolOptions(command, port, configFolder)
    .option('-g, --background_base <folder>', 'backgrounds', `${FOLDER}/background_config`)
    .option('-u, --scripts_base <folder>', 'scripts of users', `${FOLDER}/user_scripts`)
    .option(
      '--secret-file <path>',
      'workers that know the secret in this file may add themselves to the pool',
    )
    .option('--restart-frozen', 'replace permanent instances that are frozen by new ones', false)
    .option(
      '--frozen-after <seconds>',
      'without progress: then a permanent instance counts as frozen',
      parseSeconds,
      FROZEN_AFTER / 1000,
    );
}

function parseSeconds(text: string): number {
  const seconds = parseNumber(text);
  if (seconds <= 0) throw new InvalidArgumentError('It must be more than 0.');
  return seconds;
}

/** Checks the folders and makes the settings of a manager; ends the program with status 255 when one is missing. */
export function managerSettings(options: ManagerOptions): Settings {
  requireFolder(options.base, 'configuration');
  makeFolder(join(options.scripts_base, 'lib'));
  makeFolder(options.background_base);
  return {
    ...poolSettings(options),
    backgroundFolder: resolve(options.background_base),
    scriptFolder: resolve(options.scripts_base),
    registrationSecret: readSecret(options.secretFile),
    restartFrozen: options.restartFrozen,
    frozenAfter: options.frozenAfter * 1000,
  };
}

/** Seconds; sites carried over 2000, the default of the original, which was meant in milliseconds. */
const LONGEST_UPDATE = 60;

export function poolSettings(options: PoolOptions): PoolServerOptions {
  return {
    port: options.port,
    interface: options.interface,
    hostname: options.hostname,
    configFolder: resolve(options.base),
    servers: options.servers,
    updateTimeout:
      options.update_timeout > LONGEST_UPDATE ? options.update_timeout : options.update_timeout * 1000,
    clientTimeout: options.client_timeout * 1000,
    pollInterval: options.pollInterval,
    logLevel: options.log_level,
    onReset: () => process.kill(process.pid, 'SIGTERM'),
  };
}

/** The first line of a file; null when no file is named. Ends the program when it cannot be read or is empty. */
export function readSecret(path: string | undefined): string | null {
  if (path === undefined) return null;
  let secret = '';
  let reason = 'it is empty';
  try {
    secret = readFileSync(path, 'utf8').split('\n')[0]!.trim();
  } catch (error) {
    reason = errorText(error);
  }
  if (secret !== '') return secret;
  console.error(`There is no secret in '${path}': ${reason}`);
  process.exit(EXIT_MISCONFIGURED);
}
