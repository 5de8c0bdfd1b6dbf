/**
 * What the commands of the servers have in common: options with the names and defaults that sites have in their unit files,
 * checks at the start, and the end on a signal. Nothing heavy is imported here, so that `--help` is quick.
 */
import { mkdirSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { errorText } from '../common/errors.js';
import { addStateOptions, type StateOptions } from './foundation-options.js';

/** The exit status of a server whose folders are missing, as of the original (-1). */
export const EXIT_MISCONFIGURED = 255;

const LOG_LEVELS = ['CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG'] as const;

export type LogLevelName = (typeof LOG_LEVELS)[number];

export interface ServerOptions extends StateOptions {
  readonly port: number;
  readonly interface: string;
  readonly log_level: LogLevelName;
}

/** Adds the options of every server. */
export function addServerOptions(command: Command, port: number): Command {
  return addStateOptions(command)
    .option('-p, --port <port>', 'port of the REST interface', parsePort, port)
    .option('-i, --interface <address>', 'address to listen on', '0.0.0.0')
    .option('-w, --web_server <name>', 'accepted for old unit files; there is one web server', 'wsgiref')
    .option('-a, --web_server_args <arguments>', 'accepted for old unit files; without effect', '')
    .option('--log_level <level>', LOG_LEVELS.join(', '), parseLogLevel, 'INFO')
    .addOption(
      new Option('--log_format <format>', 'lines on the console: text for people, json for log collectors')
        .choices(['text', 'json'])
        .env('CAMSERVER_LOG_FORMAT'),
    )
    .hook('preAction', (command) => {
      const { log_format } = command.opts<{ log_format?: string }>();
      if (log_format !== undefined) process.env.CAMSERVER_LOG_FORMAT = log_format;
    });
}

export interface InstanceServerOptions extends ServerOptions {
  readonly hostname: string;
  readonly port_range: PortRange | undefined;
}

/** Adds the options of servers that start instances. */
export function addInstanceOptions(command: Command): Command {
  return command
    .option('-n, --hostname <name>', 'host name in stream addresses', hostname())
    .option('-r, --port_range <from:to>', 'ports of streams; the last one is not used', parsePortRange);
}

/** Ports `from` up to, but without, `to`. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export function parsePort(text: string): number {
  const port = parseWhole(text);
  if (port > 65_535) throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  return port;
}

export function parsePortRange(text: string): PortRange {
  const match = /^\s*(\d+)\s*:\s*(\d+)\s*$/.exec(text);
  const [from, to] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || from < 1 || to > 65_536 || from >= to) {
    throw new InvalidArgumentError('A range of ports is written from:to, such as 11100:11201.');
  }
  return { from, to };
}

export function pythonOption(): Option {
  const text = "Python, or a virtual environment, of users' code";
  return new Option('--python <interpreter>', text).env('CAMSERVER_PYTHON');
}

export function parseWhole(text: string): number {
  if (!/^\d{1,15}$/.test(text.trim())) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

export function parseNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('It must be a number.');
  return number;
}

export function parseBoolean(text: string): boolean {
  if (/^(true|yes|on|t|y|1)$/i.test(text)) return true;
  if (/^(false|no|off|f|n|0)$/i.test(text)) return false;
  throw new InvalidArgumentError('It must be true or false.');
}

function parseLogLevel(text: string): LogLevelName {
  const level = text.toUpperCase() as LogLevelName;
  if (!LOG_LEVELS.includes(level))
    throw new InvalidArgumentError(`It must be one of ${LOG_LEVELS.join(', ')}.`);
  return level;
}

/** Ends the program with status 255 when a folder is not there. */
export function requireFolder(path: string, what: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  console.error(`The ${what} folder '${path}' does not exist. Create it, or name another one.`);
  process.exit(EXIT_MISCONFIGURED);
}

/** Milliseconds that an orderly end may take. */
const CLOSE_TIMEOUT = 12_000;

/** Makes a folder that is missing; ends the program with status 255 when that fails. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    console.error(`The folder '${path}' cannot be made: ${errorText(error)}`);
    process.exit(EXIT_MISCONFIGURED);
  }
}

/**
 * Runs `close` once when the program is asked to end: SIGINT, SIGTERM, SIGHUP, or the end of a parent that started it with
 * an IPC channel. The exit status is 0 when everything was closed, 1 when that failed or took longer than `timeout`
 * milliseconds.
 */
export function closeOnSignal(close: () => Promise<void>, timeout = CLOSE_TIMEOUT): void {
  let closing = false;
  const fail = (reason: unknown): never => {
    console.error(reason);
    process.exit(1);
  };
  const end = (): void => {
    if (closing) return;
    closing = true;
    setTimeout(fail, timeout, `Not everything could be stopped within ${timeout / 1000} s.`).unref();
    close().then(() => process.exit(0), fail);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  if (process.send === undefined) return;
  if (process.connected) process.on('disconnect', end);
  else end();
}
