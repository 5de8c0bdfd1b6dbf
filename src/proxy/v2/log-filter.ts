/** Log records of version 2, and which of them somebody wants to see. */
import { createContext, Script } from 'node:vm';
import { CamServerError } from '../../common/errors.js';
import { isLogLevel, type LogLevel, type LogRecord, logLevels } from '../../common/logging.js';
import type { ClusterName } from './records.js';

export type LogScope = 'manager' | 'worker' | 'instance';

export interface LogEntry {
  /** ISO 8601 with the offset of the server that wrote it. */
  readonly time: string;
  readonly cluster: ClusterName;
  readonly worker: string | null;
  readonly instance: string | null;
  readonly scope: LogScope;
  readonly logger: string;
  readonly level: string;
  readonly message: string;
}

export type LogQuery = Readonly<Record<string, string | undefined>>;

const SCOPES = ['all', 'manager', 'worker', 'instance'];
const LONGEST_PATTERN = 200;
/** Milliseconds for one look at all records: a pattern such as `(a+)+$` would keep a server busy for ever. */
const PATTERN_TIME = 200;

/** The entries that somebody wants to see, in their order. @throws CamServerError INVALID_QUERY when a pattern takes too long */
export type LogFilter = (entries: readonly LogEntry[]) => LogEntry[];

/**
 * A filter made from `scope`, `worker`, `instance`, `level` (the lowest), `levels` (only these), `q` (text, or a pattern with `regex=true`), `from`, `to`.
 * @throws CamServerError INVALID_QUERY
 */
export function logFilter(query: LogQuery): LogFilter {
  const { scope = 'all', worker, instance } = query;
  if (!SCOPES.includes(scope)) throw invalid(`scope: '${scope}' is none of ${SCOPES.join(', ')}.`);
  const lowest = readLevel('level', query.level);
  const levels = readLevels(query.levels);
  const matches = readText(query.q, query.regex === 'true');
  const [from, to] = [readTime('from', query.from), readTime('to', query.to)];
  const passes = (entry: LogEntry): boolean => {
    if (scope !== 'all' && entry.scope !== scope) return false;
    if (worker !== undefined && entry.worker !== worker) return false;
    if (instance !== undefined && entry.instance !== instance) return false;
    const level = logLevels.indexOf(entry.level as LogLevel);
    if (level < lowest || (levels !== null && !levels.includes(level))) return false;
    const time = Date.parse(entry.time);
    return (from === null || time >= from) && (to === null || time <= to);
  };
  return (entries) => matches(entries.filter(passes));
}

/** A record of the log routes of version 1, whose times are local and without offset. */
export function logEntry(
  [time, logger, level, message]: LogRecord,
  source: Pick<LogEntry, 'cluster' | 'worker' | 'instance' | 'scope'>,
): LogEntry {
  return { time: withOffset(time), ...source, logger, level, message };
}

/** `2026-11-25 10:00:00` → `2026-11-25T10:00:00+01:00`; anything else stays. */
function withOffset(time: string): string {
  const date = new Date(time.replace(' ', 'T'));
  if (Number.isNaN(date.getTime())) return time;
  const minutes = -date.getTimezoneOffset();
  const two = (value: number): string => String(Math.floor(Math.abs(value))).padStart(2, '0');
  return `${time.replace(' ', 'T')}${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/**
 * Milliseconds since 1970 from an ISO time or from `-30m`, `-2h`, `-7d` before now; null when not given.
 * @throws CamServerError INVALID_QUERY
 */
export function readTime(name: string, value: string | undefined): number | null {
  if (value === undefined || value === '') return null;
  const relative = /^-(\d{1,6})([smhd])$/.exec(value);
  if (relative !== null) {
    const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[relative[2] as 's'];
    return Date.now() - Number(relative[1]) * unit;
  }
  const time = Date.parse(value);
  if (Number.isFinite(time)) return time;
  throw invalid(`${name}: '${value}' is no time such as 2026-11-25T10:00:00Z or -2h.`);
}

/** A whole number from a query. @throws CamServerError INVALID_QUERY */
export function readCount(
  name: string,
  value: string | undefined,
  normally: number,
  largest: number,
): number {
  if (value === undefined || value === '') return normally;
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= largest) return number;
  throw invalid(`${name}: '${value}' is no whole number from 1 to ${largest}.`);
}

/** Null: all. */
function readLevels(levels: string | undefined): readonly number[] | null {
  if (levels === undefined || levels === '') return null;
  return levels.split(',').map((level) => readLevel('levels', level));
}

function readLevel(name: string, level: string | undefined): number {
  if (level === undefined || level === '') return 0;
  if (isLogLevel(level)) return logLevels.indexOf(level);
  throw invalid(`${name}: '${level}' is none of ${logLevels.join(', ')}.`);
}

function readText(text: string | undefined, isPattern: boolean): LogFilter {
  if (text === undefined || text === '') return (entries) => [...entries];
  if (isPattern) return readPattern(text);
  const wanted = text.toLowerCase();
  return (entries) =>
    entries.filter(({ message, logger }) => `${logger} ${message}`.toLowerCase().includes(wanted));
}

function readPattern(text: string): LogFilter {
  if (text.length > LONGEST_PATTERN) throw invalid(`q: a pattern has at most ${LONGEST_PATTERN} characters.`);
  let pattern: RegExp;
  try {
    pattern = new RegExp(text, 'i');
  } catch {
    throw invalid(`q: '${text}' is not a regular expression.`);
  }
  // a script is what can be interrupted; it sees nothing but this function
  const context = createContext({ search: null });
  const script = new Script('search()');
  return (entries) => {
    const found: LogEntry[] = [];
    context.search = () => {
      for (const entry of entries) if (pattern.test(entry.message)) found.push(entry);
    };
    try {
      script.runInContext(context, { timeout: PATTERN_TIME });
    } catch {
      throw invalid(`q: the pattern '${text}' takes longer than ${PATTERN_TIME} ms; make it simpler.`);
    }
    return found;
  };
}

function invalid(message: string): CamServerError {
  return new CamServerError('INVALID_QUERY', message);
}
