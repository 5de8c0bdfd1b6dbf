import { logRecord } from './log-record.js';
import type { InstanceLog, LogRecord } from './types.js';

const LOGGER = 'cam_server.instance';
/** As many as the server keeps; older ones would be pushed out of its ring anyway. */
const LONGEST_QUEUE = 100;
const MINIMUM_GAP = 100;

/**
 * The log of an instance in its own process. The first record leaves at once, later ones in batches every 100 ms; a program
 * that floods its log loses the oldest records of a batch, and the log says how many.
 */
export class HostLog implements InstanceLog {
  private queue: LogRecord[] = [];
  private lost = 0;
  private waiting = false;
  private debugEnabled = false;

  /** @param send passes records on; calls `sent` when they have left */
  constructor(private readonly send: (records: readonly LogRecord[], sent: () => void) => void) {}

  setDebug(enabled: boolean): void {
    this.debugEnabled = enabled;
  }

  debug(message: string): void {
    if (this.debugEnabled) this.add('DEBUG', message);
  }

  info(message: string): void {
    this.add('INFO', message);
  }

  warning(message: string): void {
    this.add('WARNING', message);
  }

  error(message: string): void {
    this.add('ERROR', message);
  }

  /** Sends what is queued now, whatever the pace; calls `sent` when it has left. */
  flush(sent: () => void): void {
    if (this.lost > 0) {
      this.queue.unshift(logRecord(LOGGER, 'WARNING', `${this.lost} log records were left out`));
      this.lost = 0;
    }
    const records = this.queue;
    this.queue = [];
    this.send(records, sent);
  }

  private add(level: string, message: string): void {
    this.queue.push(logRecord(LOGGER, level, message));
    if (this.queue.length > LONGEST_QUEUE) {
      this.queue.shift();
      this.lost += 1;
    }
    if (!this.waiting) this.sendBatch();
  }

  private sendBatch(): void {
    this.waiting = true;
    this.flush(() => {
      setTimeout(() => {
        this.waiting = false;
        if (this.queue.length > 0) this.sendBatch();
      }, MINIMUM_GAP).unref();
    });
  }
}
