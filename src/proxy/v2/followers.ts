/**
 * Hands on events of other servers while somebody here wants them: what workers log, and what the server of the other cluster
 * logs, audits, stores and works on. Its workers and instances are read from its snapshots.
 */
import type { EventHub, Topic } from './event-hub.js';
import { followEvents } from './event-source.js';
import type { LogEntry } from './log-filter.js';
import type { ClusterName } from './records.js';

export interface RemoteSource {
  /** Address of a server. */
  readonly address: string;
  readonly cluster: ClusterName;
  /** What this server calls it, which need not be what it calls itself; null: the server of the other cluster. */
  readonly worker: string | null;
}

/** A record under the name by which this server knows its worker. */
export function relabelled(entry: LogEntry, { worker }: Pick<RemoteSource, 'worker'>): LogEntry {
  return worker === null ? entry : { ...entry, worker };
}

const WORKER_TOPICS: readonly Topic[] = ['logs'];
const PEER_TOPICS: readonly Topic[] = ['logs', 'audit', 'configs', 'tasks'];
/** What every event stream sends besides its topics. */
const OWN_TYPES = ['hello', 'reset', 'heartbeat'];

/** Milliseconds between two looks which servers there are, and whether somebody still wants their events. */
const INTERVAL = 1000;

export class Followers {
  private readonly following = new Map<string, () => void>();
  private readonly timer: NodeJS.Timeout;
  private readonly endListening: () => void;

  /**
   * @param sources the servers there are at the moment
   * @param headers what identifies this server there
   */
  constructor(
    private readonly hub: EventHub,
    private readonly sources: () => readonly RemoteSource[],
    private readonly headers: Readonly<Record<string, string>>,
  ) {
    this.timer = setInterval(() => this.adjust(), INTERVAL);
    this.endListening = hub.onDemand(() => this.adjust());
  }

  close(): void {
    clearInterval(this.timer);
    this.endListening();
    for (const end of this.following.values()) end();
    this.following.clear();
  }

  /** Follows whom it should, and no one else. */
  private adjust(): void {
    const wanted = new Map<string, () => () => void>();
    for (const source of this.sources()) {
      for (const topic of source.worker === null ? PEER_TOPICS : WORKER_TOPICS) {
        if (!this.hub.hasDemand(topic)) continue;
        wanted.set(`${topic} ${source.address}`, () => this.follow(topic, source));
      }
    }
    for (const [key, end] of this.following) {
      if (wanted.has(key)) continue;
      end();
      this.following.delete(key);
    }
    for (const [key, begin] of wanted) if (!this.following.has(key)) this.following.set(key, begin());
  }

  private follow(topic: Topic, source: RemoteSource): () => void {
    const { address, cluster } = source;
    return followEvents({
      url: `${address}/api/v2/events?topics=${topic}&cluster=${cluster}`,
      headers: this.headers,
      onEvent: (type, data) => {
        if (OWN_TYPES.includes(type)) return;
        const event = topic === 'logs' ? relabelled(data as unknown as LogEntry, source) : data;
        this.hub.publish(topic, type, cluster, event);
      },
    });
  }
}
