/**
 * Who changed what, for ever: lines of JSON that are only appended, each with a hash over itself and the one before it, so that
 * a change, a removal or an insertion breaks the chain. `verifyAuditLog` checks it.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../common/errors.js';
import { removeFileDurably, writeFileDurably } from './durable-file.js';

/** What the log adds to an entry. */
export interface Chained {
  /** 1, 2, 3 … */
  readonly sequence: number;
  /** Hash of the record before. */
  readonly previous: string;
  readonly hash: string;
}

export interface AuditLogOptions {
  /** A file is closed when it is larger; default 4 MiB. */
  readonly fileBytes?: number;
  /** Files whose last record is older are removed; default 400 days. */
  readonly keepDays?: number;
  /** Told when a record could not be written, or the log was found damaged. */
  readonly onFault: (text: string) => void;
}

/** The hash before the first record. */
export const CHAIN_START = '0'.repeat(64);
/** The last record that was removed because of its age: the chain goes on from there. */
export const ANCHOR_FILE = 'audit.anchor.json';
/** The newest record, to notice when records are missing at the end. */
export const HEAD_FILE = 'audit.head.json';

const DEFAULT_FILE_BYTES = 4 * 1024 * 1024;
const DEFAULT_KEEP_DAYS = 400;
/** Milliseconds that a record may wait for the disk. */
const SYNC_DELAY = 1000;

interface Link {
  readonly sequence: number;
  readonly hash: string;
}

export class AuditLog {
  private file: FileHandle | null = null;
  private size = 0;
  private queue: Promise<void> = Promise.resolve();
  private syncTimer: NodeJS.Timeout | null = null;
  private readonly listeners = new Set<(record: object & Chained) => void>();

  private constructor(
    readonly folder: string,
    private readonly options: AuditLogOptions,
    private last: Link,
    private head: FileHandle,
  ) {}

  /** @throws Error when the folder cannot be made or written */
  static async open(folder: string, options: AuditLogOptions): Promise<AuditLog> {
    await mkdir(folder, { recursive: true });
    const last = await findLast(folder, options.onFault);
    const noted = await readLink(join(folder, HEAD_FILE));
    const head = await open(join(folder, HEAD_FILE), 'w');
    const log = new AuditLog(folder, options, last, head);
    await log.writeHead();
    if (noted !== null && noted.sequence > last.sequence) {
      const text = `The audit log ends at record ${last.sequence}, but record ${noted.sequence} was written.`;
      options.onFault(text);
      await log.append({ time: new Date().toISOString(), action: 'audit.truncated', details: text });
    }
    return log;
  }

  /** Where the chain is now: a site may keep it elsewhere to compare later. */
  get end(): Link {
    return this.last;
  }

  /** Resolves when the record is handed to the system; it is on the disk within a second. Never throws. */
  append(entry: object): Promise<void> {
    this.queue = this.queue
      .then(() => this.write(entry))
      .catch((error) => this.options.onFault(`The audit log cannot be written: ${errorText(error)}`));
    return this.queue;
  }

  /** Calls `listener` with each new record; the returned function ends that. */
  onRecord(listener: (record: object & Chained) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.queue;
    if (this.syncTimer !== null) clearTimeout(this.syncTimer);
    this.syncTimer = null;
    await this.file?.sync();
    await this.file?.close();
    await this.head.close();
    this.file = null;
  }

  private async write(entry: object): Promise<void> {
    const sequence = this.last.sequence + 1;
    const { line, record } = chain(entry, sequence, this.last.hash);
    const file = await this.fileFor(sequence);
    await file.appendFile(line);
    this.size += Buffer.byteLength(line);
    this.last = { sequence, hash: record.hash };
    await this.writeHead();
    this.syncTimer ??= setTimeout(() => {
      this.syncTimer = null;
      this.file?.sync().catch((error) => this.options.onFault(errorText(error)));
    }, SYNC_DELAY);
    for (const listener of this.listeners) listener(record);
  }

  private async fileFor(sequence: number): Promise<FileHandle> {
    const limit = this.options.fileBytes ?? DEFAULT_FILE_BYTES;
    if (this.file !== null && this.size < limit) return this.file;
    if (this.file === null) {
      const present = (await auditFiles(this.folder)).at(-1);
      if (present !== undefined) {
        this.file = await open(join(this.folder, present), 'a');
        this.size = (await this.file.stat()).size;
        if (this.size < limit) return this.file;
      }
    }
    await this.file?.sync();
    await this.file?.close();
    this.file = await open(join(this.folder, fileName(sequence)), 'a');
    this.size = 0;
    await this.removeOld();
    return this.file;
  }

  private async writeHead(): Promise<void> {
    const text = `${JSON.stringify({ sequence: this.last.sequence, hash: this.last.hash })}\n`.padEnd(120);
    await this.head.write(text, 0);
  }

  private async removeOld(): Promise<void> {
    const oldest = Date.now() - (this.options.keepDays ?? DEFAULT_KEEP_DAYS) * 24 * 3600 * 1000;
    const files = await auditFiles(this.folder);
    for (const name of files.slice(0, -1)) {
      const last = (await readRecords(join(this.folder, name))).at(-1);
      if (last === undefined || Date.parse(String(last.time)) >= oldest) return;
      const link = { sequence: last.sequence, hash: last.hash };
      await writeFileDurably(join(this.folder, ANCHOR_FILE), `${JSON.stringify(link)}\n`);
      await removeFileDurably(join(this.folder, name));
    }
  }
}

export type StoredAuditRecord = Chained & Readonly<Record<string, unknown>>;

/** The files of a log, oldest first. */
export async function auditFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /^audit-\d{12}\.jsonl$/.test(name)).sort();
}

/** The records of a file that can be read, oldest first. */
export async function readRecords(path: string): Promise<StoredAuditRecord[]> {
  const records: StoredAuditRecord[] = [];
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    try {
      if (line !== '') records.push(JSON.parse(line) as StoredAuditRecord);
    } catch {
      // verification tells of it
    }
  }
  return records;
}

export async function readLink(path: string): Promise<Link | null> {
  try {
    const link = JSON.parse(await readFile(path, 'utf8')) as Link;
    return Number.isInteger(link.sequence) && typeof link.hash === 'string' ? link : null;
  } catch {
    return null;
  }
}

/** The hash is taken over the line without it, byte by byte. */
export function hashOf(lineWithoutHash: string): string {
  return createHash('sha256').update(lineWithoutHash).digest('hex');
}

function chain(
  entry: object,
  sequence: number,
  previous: string,
): { line: string; record: object & Chained } {
  const body = JSON.stringify({ sequence, ...entry, previous });
  const hash = hashOf(body);
  return {
    line: `${body.slice(0, -1)},"hash":"${hash}"}\n`,
    record: { sequence, ...entry, previous, hash },
  };
}

function fileName(sequence: number): string {
  return `audit-${String(sequence).padStart(12, '0')}.jsonl`;
}

/** The last record; a line that a crash has cut short is taken away, so that the next one begins on its own line. */
async function findLast(folder: string, onFault: (text: string) => void): Promise<Link> {
  for (const name of (await auditFiles(folder)).reverse()) {
    const path = join(folder, name);
    const bytes = await readFile(path);
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end < bytes.length) {
      onFault(`An unfinished record at the end of '${path}' was cut off.`);
      await truncate(path, end);
    }
    const last = (await readRecords(path)).at(-1);
    if (last !== undefined) return { sequence: last.sequence, hash: last.hash };
  }
  return (await readLink(join(folder, ANCHOR_FILE))) ?? { sequence: 0, hash: CHAIN_START };
}
