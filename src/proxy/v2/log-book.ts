/** The last log records of a server and its instances, together, so that they can be searched and followed. */
import type { Logging, LogRecord } from '../../common/logging.js';
import type { EventHub } from './event-hub.js';
import { type LogEntry, logEntry } from './log-filter.js';
import type { ClusterName, ServerRole } from './records.js';
import { TextRing } from './text-ring.js';

const MAXIMUM_ENTRIES = 5000;
/** Of all entries as JSON; one has some 250 bytes. */
const MAXIMUM_BYTES = 2 * 1024 * 1024;

export interface LogBookOptions {
  readonly cluster: ClusterName;
  readonly role: ServerRole;
  /** `host:8881` of this server; asked for after it listens. */
  readonly worker: () => string;
  readonly logging: Logging;
  readonly hub: EventHub;
}

export class LogBook {
  /** As JSON: as objects they would take several times that, and the server would grow until the book is full. */
  private readonly entries = new TextRing<null>(MAXIMUM_BYTES);
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
  all(): LogEntry[] {
    return this.entries
      .newest(this.entries.count)
      .map(({ text }) => JSON.parse(Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString()));
  }

  close(): void {
    for (const end of this.endings) end();
  }

  private add(record: LogRecord, instance: string | null, scope: LogEntry['scope']): void {
    const { cluster, role, worker, hub } = this.options;
    // a manager is no worker; a standalone server is its own
    const where = role === 'manager' || role === 'proxy' ? null : worker();
    const entry = logEntry(record, { cluster, worker: where, instance, scope });
    this.entries.push(JSON.stringify(entry), null);
    this.entries.drop(Math.max(0, this.entries.count - MAXIMUM_ENTRIES));
    hub.publish('logs', 'log', cluster, entry);
  }
}
