/**
 * Logging of every process: a ring of the last records, which clients may read, and lines on the console for operators.
 * Causes (stack traces) go to the console only; passwords inside addresses go nowhere.
 */
import { type ConsoleWriter, consoleWriter, type LogDestination, type LogFormat } from './log-console.js';
import { cleanMessage, type LogLevel, type LogRecord, logLevels } from './log-record.js';
import { formatLogTime } from './time.js';

export type { LogDestination } from './log-console.js';
export { formatLogRecord, isLogLevel, type LogLevel, type LogRecord, logLevels } from './log-record.js';
export { formatLogTime };

/** The root of the logger names of servers. */
export const rootLoggerName = 'cam_server';

export interface Logger {
  debug(message: string, cause?: unknown): void;
  info(message: string, cause?: unknown): void;
  warning(message: string, cause?: unknown): void;
  error(message: string, cause?: unknown): void;
  critical(message: string, cause?: unknown): void;
}

export interface LoggingOptions {
  /** Records below it are neither kept nor shown. Default `INFO`. */
  readonly level?: LogLevel;
  /** `text` for people, `json` for log collectors. Default: what `CAMSERVER_LOG_FORMAT` says, else `text`. */
  readonly format?: LogFormat;
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
  private currentLevel: LogLevel;
  private readonly console: ConsoleWriter;
  private readonly levelListeners = new Set<(level: LogLevel) => void>();
  private readonly listeners = new Set<(record: LogRecord) => void>();
  private readonly instanceListeners = new Set<(suffix: string, record: LogRecord) => void>();

  constructor(options: LoggingOptions = {}) {
    this.currentLevel = options.level ?? 'INFO';
    this.ring = new LogRing(options.capacity);
    const { destination, format, suffix } = options;
    this.console = consoleWriter(destination, format, suffix);
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

  get level(): LogLevel {
    return this.currentLevel;
  }

  /** Records from this level on are kept and shown, from now on. */
  setLevel(level: LogLevel): void {
    this.currentLevel = level;
    for (const listener of this.levelListeners) listener(level);
  }

  /** Calls `listener` when the level is set; the returned function ends that. */
  onLevel(listener: (level: LogLevel) => void): () => void {
    this.levelListeners.add(listener);
    return () => this.levelListeners.delete(listener);
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
    const record: LogRecord = [formatLogTime(time), name, level, cleanMessage(message)];
    this.ring.push(record);
    this.console(time, record, cause);
    for (const listener of this.listeners) listener(record);
  }
}
