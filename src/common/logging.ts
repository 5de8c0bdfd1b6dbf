/**
 * Logging of every process: a ring of the last records, which clients may read, and lines on the console for operators.
 * Causes (stack traces) go to the console only; passwords inside addresses go nowhere.
 */
import pino from 'pino';
import { formatLogTime } from './time.js';

export { formatLogTime };

export const logLevels = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type LogLevel = (typeof logLevels)[number];

/** `[YYYY-MM-DD HH:MM:SS, logger, level, message]`, local time: the record format of the log routes. */
export type LogRecord = readonly [time: string, logger: string, level: string, message: string];

/** The root of the logger names of servers. */
export const rootLoggerName = 'cam_server';

/** Messages beyond this are cut, so that the ring has a bound in bytes as well. */
const MAXIMUM_MESSAGE_LENGTH = 10_000;
/** Console bytes waiting for a blocked terminal or pipe; beyond, lines are dropped and counted. */
const MAXIMUM_WAITING_BYTES = 4 * 1024 * 1024;

export interface Logger {
  debug(message: string, cause?: unknown): void;
  info(message: string, cause?: unknown): void;
  warning(message: string, cause?: unknown): void;
  error(message: string, cause?: unknown): void;
  critical(message: string, cause?: unknown): void;
}

/** Where console lines go; a pino destination or anything alike. */
export interface LogDestination {
  write(line: string): unknown;
}

export interface LoggingOptions {
  /** Records below it are neither kept nor shown. Default `INFO`. */
  readonly level?: LogLevel;
  /** `text` for people, `json` for log collectors. Default `text`. */
  readonly format?: 'text' | 'json';
  /** Added to console lines in brackets, for example `camera:CAM1`; records in the ring do not have it. */
  readonly suffix?: string;
  /** Number of records kept. Default 500. */
  readonly capacity?: number;
  /** Default: standard error; null for no console. */
  readonly destination?: LogDestination | null;
}

/** The last records, oldest first. */
export class LogRing {
  private readonly kept: LogRecord[] = [];
  private next = 0;

  constructor(private readonly capacity = 500) {}

  push(record: LogRecord): void {
    this.kept[this.next] = record;
    this.next = (this.next + 1) % this.capacity;
  }

  records(): LogRecord[] {
    return this.kept.length < this.capacity
      ? [...this.kept]
      : [...this.kept.slice(this.next), ...this.kept.slice(0, this.next)];
  }
}

/**
 * The logging of one server or process.
 *
 *     const logging = new Logging({ level: 'INFO' });
 *     const log = logging.logger('cam_server.camera');
 *     log.info('Camera simulation started.');
 */
export class Logging {
  readonly ring: LogRing;
  /** May be changed at run time. */
  level: LogLevel;
  private readonly console: ConsoleWriter;
  private readonly listeners = new Set<(record: LogRecord) => void>();
  private readonly instanceListeners = new Set<(suffix: string, record: LogRecord) => void>();

  constructor(options: LoggingOptions = {}) {
    this.level = options.level ?? 'INFO';
    this.ring = new LogRing(options.capacity);
    this.console = consoleWriter(options);
    this.logger(rootLoggerName).info('Start logging');
  }

  /** A logger of that name; all share the ring, the level and the console. */
  logger(name: string): Logger {
    return {
      debug: (message, cause) => this.write(name, 'DEBUG', message, cause),
      info: (message, cause) => this.write(name, 'INFO', message, cause),
      warning: (message, cause) => this.write(name, 'WARNING', message, cause),
      error: (message, cause) => this.write(name, 'ERROR', message, cause),
      critical: (message, cause) => this.write(name, 'CRITICAL', message, cause),
    };
  }

  /** Calls `listener` with each new record; the returned function ends that. */
  onRecord(listener: (record: LogRecord) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls `listener` with each record of an instance and the suffix that tells which; the returned function ends that. */
  onInstanceRecord(listener: (suffix: string, record: LogRecord) => void): () => void {
    this.instanceListeners.add(listener);
    return () => this.instanceListeners.delete(listener);
  }

  /**
   * Shows a record of an instance on the console, with the suffix that tells which, if its level passes; the ring does not
   * take it.
   */
  showInstanceRecord(suffix: string, record: LogRecord): void {
    for (const listener of this.instanceListeners) listener(suffix, record);
    if (logLevels.indexOf(record[2] as LogLevel) < logLevels.indexOf(this.level)) return;
    this.console(new Date(), record, null, suffix);
  }

  private write(name: string, level: LogLevel, message: string, cause: unknown): void {
    if (logLevels.indexOf(level) < logLevels.indexOf(this.level)) return;
    const time = new Date();
    const record: LogRecord = [formatLogTime(time), name, level, clean(message)];
    this.ring.push(record);
    this.console(time, record, cause);
    for (const listener of this.listeners) listener(record);
  }
}

/** Whether `text` is the name of a level. */
export function isLogLevel(text: string): text is LogLevel {
  return (logLevels as readonly string[]).includes(text);
}

/** A record as one line: `time - logger - level - message`; line breaks inside the message are shown as `\n`. */
export function formatLogRecord(record: LogRecord): string {
  return record.join(' - ').replace(/[\u0000-\u001f\u007f-\u009f]/g, visibleControl);
}

function visibleControl(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return ' ';
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function clean(message: string): string {
  const cut =
    message.length > MAXIMUM_MESSAGE_LENGTH ? `${message.slice(0, MAXIMUM_MESSAGE_LENGTH)}…` : message;
  return cut.replace(/:\/\/[^\s/@:]*:[^\s/@]+@/g, '://***@');
}

let standardError: LogDestination | null = null;

/** One per process, because each destination installs handlers for the end of the process. */
function standardErrorDestination(): LogDestination {
  if (standardError !== null) return standardError;
  const destination = pino.destination({ dest: 2, sync: false, maxLength: MAXIMUM_WAITING_BYTES });
  let dropped = 0;
  destination.on('drop', () => {
    dropped += 1;
  });
  destination.on('drain', () => {
    if (dropped === 0) return;
    const count = dropped;
    dropped = 0;
    destination.write(`${count} log lines were dropped because standard error was blocked\n`);
  });
  standardError = destination;
  return destination;
}

/** `suffix` stands for the one of the options. */
type ConsoleWriter = (time: Date, record: LogRecord, cause: unknown, suffix?: string) => void;

function consoleWriter(options: LoggingOptions): ConsoleWriter {
  if (options.destination === null) return () => {};
  const destination = options.destination ?? standardErrorDestination();
  return options.format === 'json'
    ? jsonWriter(destination, options.suffix)
    : textWriter(destination, options.suffix);
}

function textWriter(destination: LogDestination, ownSuffix: string | undefined): ConsoleWriter {
  return (_time, record, cause, suffix = ownSuffix) => {
    const ending = suffix === undefined ? '' : ` [${suffix}]`;
    const trace = cause instanceof Error ? `\n${clean(cause.stack ?? cause.message)}` : '';
    destination.write(`${formatLogRecord(record)}${ending}${trace}\n`);
  };
}

/** pino's numbers for our levels. */
const PINO_METHODS = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warn',
  ERROR: 'error',
  CRITICAL: 'fatal',
} as const;

function levelOf(pinoLabel: string): string {
  return logLevels.find((level) => PINO_METHODS[level] === pinoLabel) ?? pinoLabel;
}

function jsonWriter(destination: LogDestination, ownSuffix: string | undefined): ConsoleWriter {
  const output = pino(
    {
      level: 'debug',
      base: { pid: process.pid },
      timestamp: false,
      messageKey: 'message',
      formatters: { level: (label) => ({ level: levelOf(label) }) },
    },
    { write: (line: string) => void destination.write(line) },
  );
  return (time, [, logger, level, message], cause, suffix = ownSuffix) => {
    const instance = suffix === undefined ? {} : { instance: suffix };
    const trace = cause instanceof Error ? { stack: clean(cause.stack ?? cause.message) } : {};
    output[PINO_METHODS[level as LogLevel]](
      { time: time.toISOString(), logger, ...instance, ...trace },
      message,
    );
  };
}
