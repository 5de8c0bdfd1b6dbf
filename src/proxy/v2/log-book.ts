/** The last log records of a server and its instances, together, so that they can be searched and followed. */
import type { Logging, LogRecord } from '../../common/logging.js';
import type { EventHub } from './event-hub.js';
import { type LogEntry, logEntry } from './log-filter.js';
import type { ClusterName, ServerRole } from './records.js';

const MAXIMUM_ENTRIES = 5000;
const MAXIMUM_CHARACTERS = 8 * 1024 * 1024;

export interface LogBookOptions {
  readonly cluster: ClusterName;
  readonly role: ServerRole;
  /** `host:8881` of this server; asked for after it listens. */
  readonly worker: () => string;
  readonly logging: Logging;
  readonly hub: EventHub;
}

export class LogBook {
  private entries: LogEntry[] = [];
  private characters = 0;
  private readonly endings: readonly (() => void)[];

  constructor(private readonly options: LogBookOptions) {
    const { logging } = options;
    const scope = options.role === 'worker' ? 'worker' : 'manager';
    const own = (record: LogRecord): void => this.add(record, null, scope);
    for (const record of logging.ring.records()) own(record);
    this.endings = [
      logging.onRecord(own),
      logging.onInstanceRecord((suffix, record) =>
        this.add(record, suffix.replace(/^(?:camera|name):/, ''), 'instance'),
      ),
    ];
  }

  /** Oldest first. */
  all(): readonly LogEntry[] {
    return this.entries;
  }

  close(): void {
    for (const end of this.endings) end();
  }

  private add(record: LogRecord, instance: string | null, scope: LogEntry['scope']): void {
    const { cluster, role, worker, hub } = this.options;
    // a manager is no worker; a standalone server is its own
    const where = role === 'manager' || role === 'proxy' ? null : worker();
    const entry = logEntry(record, { cluster, worker: where, instance, scope });
    this.entries.push(entry);
    this.characters += entry.message.length;
    if (this.entries.length > MAXIMUM_ENTRIES || this.characters > MAXIMUM_CHARACTERS) this.shorten();
    hub.publish('logs', 'log', cluster, entry);
  }

  /** By a tenth at a time, so that a full book costs little. */
  private shorten(): void {
    const removed = this.entries.splice(0, Math.ceil(this.entries.length / 10));
    for (const { message } of removed) this.characters -= message.length;
  }
}
