import { formatDateTime } from './time.js';
import type { LogRecord } from './types.js';

/** The last records of a log; what is older is forgotten. */
export class LogRing {
  private entries: LogRecord[] = [];

  constructor(private readonly capacity: number) {}

  add(record: LogRecord): void {
    this.entries.push(record);
    if (this.entries.length > this.capacity) this.entries.shift();
  }

  /** A copy, oldest first. */
  records(): LogRecord[] {
    return [...this.entries];
  }
}

/** A record with the present time. */
export function logRecord(logger: string, level: string, message: string): LogRecord {
  return [formatDateTime(new Date()), logger, level, message];
}

/** A console line: the text form of the record, with the suffix that tells the instance (`camera:CAM1`). */
export function consoleLine(record: LogRecord, suffix: string): string {
  return `${record.join(' - ')} [${suffix}]`;
}
