/** Log records as `/api/v2/logs` gives them, and how they are folded for reading. */

import type { JsonRecord } from './plant.js';
import { recordOf, textOf } from './values.js';

/** Milliseconds after a linked record that are shown too: few enough that a noisy instance does not push it off the page. */
const LINK_MARGIN = 5000;

export interface LogRecord {
  readonly time: string;
  readonly cluster: string;
  readonly worker: string | null;
  readonly instance: string | null;
  readonly scope: string;
  readonly logger: string;
  readonly level: string;
  readonly message: string;
}

export interface LogAnswer {
  readonly records: readonly LogRecord[];
  readonly hidden: number;
  /** Sources that gave no answer, with the reason. */
  readonly silent: readonly string[];
}

export function readLogRecord(value: JsonRecord): LogRecord {
  return {
    time: textOf(value.time) ?? '',
    cluster: textOf(value.cluster) ?? '',
    worker: textOf(value.worker),
    instance: textOf(value.instance),
    scope: textOf(value.scope) ?? '',
    logger: textOf(value.logger) ?? '',
    level: textOf(value.level) ?? 'INFO',
    message: textOf(value.message) ?? '',
  };
}

export function readLogRecords(answer: JsonRecord): LogAnswer {
  const records = Array.isArray(answer.records) ? answer.records : [];
  const sources = Array.isArray(answer.sources) ? answer.sources.map((source) => recordOf(source)) : [];
  return {
    records: records.map((record) => readLogRecord(recordOf(record))),
    hidden: typeof answer.hidden === 'number' ? answer.hidden : 0,
    silent: sources
      .filter((source) => source.state !== 'ok')
      .map((source) => `${textOf(source.source) ?? 'a source'}: ${textOf(source.error) ?? 'no answer'}`),
  };
}

export interface LogRow extends LogRecord {
  readonly key: string;
  /** Time of the newest of them. */
  readonly last: string;
  /** How often the same record came one after the other. */
  readonly repeats: number;
  /** The lines after the first. */
  readonly more: readonly string[];
}

/**
 * Same text from the same place one after the other becomes one row with a count. Pulse ids make no difference: what is
 * wrong with every image is one trouble. The row shows the last of them.
 */
export function foldRecords(records: readonly LogRecord[]): LogRow[] {
  const rows: LogRow[] = [];
  const seen = new Map<string, number>();
  for (const record of records) {
    const last = rows.at(-1);
    if (last !== undefined && isSame(last, record)) {
      const repeats = last.repeats + 1;
      rows[rows.length - 1] = { ...last, message: record.message, last: record.time, repeats };
      continue;
    }
    const [first = '', ...more] = record.message.split('\n');
    const base = `${record.time} ${record.worker} ${record.instance} ${first}`;
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    rows.push({
      ...record,
      key: `${base} ${count}`,
      last: record.time,
      repeats: 1,
      more: more.filter((line) => line.trim() !== ''),
    });
  }
  return rows;
}

function isSame(a: LogRecord, b: LogRecord): boolean {
  return (
    withoutPulse(a.message) === withoutPulse(b.message) &&
    a.level === b.level &&
    a.instance === b.instance &&
    a.worker === b.worker &&
    a.scope === b.scope
  );
}

function withoutPulse(message: string): string {
  return message.replace(/\bPID \d+/, 'PID');
}

/** What a link to a record says of it: its time, and a sum of its place and text. */
export function markOf(row: LogRow): string {
  return `${row.last}~${sumOf(row)}`;
}

/** Whether it is the row of a mark, also when more of the same came since. */
export function isMarked(row: LogRow, mark: string): boolean {
  const [time = '', sum] = mark.split('~');
  const at = Date.parse(time);
  return sum === sumOf(row) && Date.parse(row.time) <= at && at <= Date.parse(row.last);
}

/** Records of the same server, worker or instance up to shortly after a row; the newest of them are shown. */
export function linkQuery(row: LogRow): string {
  const query = new URLSearchParams({ cluster: row.cluster, scope: row.scope, follow: '0' });
  if (row.worker !== null) query.set('server', row.worker);
  if (row.instance !== null) query.set('instance', row.instance);
  query.set('to', new Date(Date.parse(row.last) + LINK_MARGIN).toISOString());
  query.set('record', markOf(row));
  return query.toString();
}

/** FNV-1a, 32 bits. */
function sumOf({ level, logger, message }: LogRecord): string {
  let sum = 0x811c9dc5;
  for (const character of `${level} ${logger} ${withoutPulse(message)}`) {
    sum = Math.imul(sum ^ character.codePointAt(0)!, 0x01000193);
  }
  return (sum >>> 0).toString(16);
}
