/**
 * Log lines on the console: text for people, or one JSON object a line for log collectors, with the id of the request that is
 * being served.
 */
import pino from 'pino';
import { cleanMessage, formatLogRecord, type LogLevel, type LogRecord, logLevels } from './log-record.js';
import { currentRequest } from './request-context.js';

export type LogFormat = 'text' | 'json';

/** Where console lines go; a pino destination or anything alike. */
export interface LogDestination {
  write(line: string): unknown;
}

/** Console bytes waiting for a blocked terminal or pipe; beyond, lines are dropped and counted. */
const MAXIMUM_WAITING_BYTES = 4 * 1024 * 1024;

/** `suffix` stands for the one that the writer was made with. */
export type ConsoleWriter = (time: Date, record: LogRecord, cause: unknown, suffix?: string) => void;

/** @param destination default: standard error; null: nothing is written */
export function consoleWriter(
  destination: LogDestination | null = standardErrorDestination(),
  format: LogFormat = process.env.CAMSERVER_LOG_FORMAT === 'json' ? 'json' : 'text',
  suffix?: string,
): ConsoleWriter {
  if (destination === null) return () => {};
  return format === 'json' ? jsonWriter(destination, suffix) : textWriter(destination, suffix);
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

function textWriter(destination: LogDestination, ownSuffix: string | undefined): ConsoleWriter {
  return (_time, record, cause, suffix = ownSuffix) => {
    const ending = suffix === undefined ? '' : ` [${suffix}]`;
    const trace = cause instanceof Error ? `\n${cleanMessage(cause.stack ?? cause.message)}` : '';
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
    const request = currentRequest();
    const requestId = request === null ? {} : { request_id: request.id };
    const instance = suffix === undefined ? {} : { instance: suffix };
    const trace = cause instanceof Error ? { stack: cleanMessage(cause.stack ?? cause.message) } : {};
    output[PINO_METHODS[level as LogLevel]](
      { time: time.toISOString(), logger, ...requestId, ...instance, ...trace },
      message,
    );
  };
}
