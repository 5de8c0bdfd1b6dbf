/** Looking into an audit log: checking its chain, and finding records. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ANCHOR_FILE,
  auditFiles,
  CHAIN_START,
  HEAD_FILE,
  hashOf,
  readLink,
  readRecords,
  type StoredAuditRecord,
} from './audit-log.js';

export interface Verification {
  readonly files: number;
  readonly records: number;
  /** The first thing that is wrong; null when the chain holds. */
  readonly fault: string | null;
  /** The last good record. */
  readonly sequence: number;
  readonly hash: string;
}

const LINE_END = /,"hash":"([0-9a-f]{64})"\}$/;

/**
 * Checks every record of a log against its own hash and the one before it, and its end against what was noted.
 * @throws Error when the folder cannot be read
 */
export async function verifyAuditLog(folder: string): Promise<Verification> {
  const anchor = await readLink(join(folder, ANCHOR_FILE));
  let { sequence, hash } = anchor ?? { sequence: 0, hash: CHAIN_START };
  let records = 0;
  const files = await auditFiles(folder);
  const failed = (fault: string): Verification => ({ files: files.length, records, fault, sequence, hash });
  for (const name of files) {
    const lines = (await readFile(join(folder, name), 'utf8')).split('\n');
    const unfinished = lines.pop();
    for (const [index, line] of lines.entries()) {
      const where = `${name}:${index + 1}`;
      const match = LINE_END.exec(line);
      if (match === null) return failed(`${where}: this is not a record.`);
      const body = `${line.slice(0, match.index)}}`;
      if (hashOf(body) !== match[1]) return failed(`${where}: the record was changed.`);
      const record = JSON.parse(body) as StoredAuditRecord;
      if (record.sequence !== sequence + 1 || record.previous !== hash) {
        const found = `record ${record.sequence} follows record ${sequence}`;
        return failed(`${where}: records are missing, were added or were exchanged: ${found}.`);
      }
      ({ sequence } = record);
      hash = match[1]!;
      records += 1;
    }
    if (unfinished !== '') return failed(`${name}: the last line is not finished.`);
  }
  const head = await readLink(join(folder, HEAD_FILE));
  if (head !== null && (head.sequence !== sequence || head.hash !== hash)) {
    return failed(`The log ends at record ${sequence}, but record ${head.sequence} was written.`);
  }
  return { files: files.length, records, fault: null, sequence, hash };
}

export interface AuditFilter {
  /** Only records with a smaller number. */
  readonly before: number | null;
  readonly limit: number;
  /** Milliseconds since 1970; older records end the search. */
  readonly from: number | null;
  matches(record: StoredAuditRecord): boolean;
}

/** The newest fitting records first; `next` is where to go on, null when there are no more. */
export async function findAuditRecords(
  folder: string,
  filter: AuditFilter,
): Promise<{ readonly records: StoredAuditRecord[]; readonly next: number | null }> {
  const found: StoredAuditRecord[] = [];
  for (const name of (await auditFiles(folder)).reverse()) {
    const first = Number(/\d{12}/.exec(name)![0]);
    if (filter.before !== null && first >= filter.before) continue;
    for (const record of (await readRecords(join(folder, name))).reverse()) {
      if (filter.before !== null && record.sequence >= filter.before) continue;
      if (filter.from !== null && Date.parse(String(record.time)) < filter.from) {
        return { records: found, next: null };
      }
      if (!filter.matches(record)) continue;
      if (found.length === filter.limit) return { records: found, next: found.at(-1)!.sequence };
      found.push(record);
    }
  }
  return { records: found, next: null };
}
