/** Hands on the log records of workers and of the other cluster while somebody here follows logs. */
import type { EventHub } from './event-hub.js';
import { followEvents } from './event-source.js';
import type { LogEntry } from './log-filter.js';
import type { ClusterName } from './records.js';

export interface LogSource {
  /** Address of a server. */
  readonly address: string;
  readonly cluster: ClusterName;
  /** What this server calls it, which need not be what it calls itself; null: a server of the other cluster. */
  readonly worker: string | null;
}

/** A record under the name by which this server knows its worker. */
export function relabelled(entry: LogEntry, { worker }: LogSource): LogEntry {
  return worker === null ? entry : { ...entry, worker };
}

/** Milliseconds between two looks whether somebody follows and which servers there are. */
const INTERVAL = 1000;

export class LogFollowers {
  private readonly following = new Map<string, () => void>();
  private readonly timer: NodeJS.Timeout;

  /**
   * @param sources the servers to follow at the moment
   * @param headers what identifies this server there
   */
  constructor(
    private readonly hub: EventHub,
    private readonly sources: () => readonly LogSource[],
    private readonly headers: Readonly<Record<string, string>>,
  ) {
    this.timer = setInterval(() => this.adjust(), INTERVAL);
  }

  /** Follows whom it should, and no one else. */
  adjust(): void {
    const wanted = new Map<string, LogSource>();
    if (this.hub.hasDemand('logs')) {
      for (const source of this.sources()) wanted.set(source.address, source);
    }
    for (const [address, end] of this.following) {
      if (wanted.has(address)) continue;
      end();
      this.following.delete(address);
    }
    for (const source of wanted.values()) {
      if (!this.following.has(source.address)) this.following.set(source.address, this.follow(source));
    }
  }

  close(): void {
    clearInterval(this.timer);
    for (const end of this.following.values()) end();
    this.following.clear();
  }

  private follow(source: LogSource): () => void {
    const { address, cluster } = source;
    return followEvents({
      url: `${address}/api/v2/events?topics=logs&cluster=${cluster}`,
      headers: this.headers,
      onEvent: (type, data) => {
        if (type !== 'log') return;
        this.hub.publish('logs', 'log', cluster, relabelled(data as unknown as LogEntry, source));
      },
    });
  }
}
