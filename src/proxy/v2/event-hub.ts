/**
 * Events of a server in one sequence, kept for a while so that a client that was away can go on where it was.
 */
import { formatJson } from '../../common/json.js';
import type { ClusterName } from './records.js';

export const topics = ['cluster', 'instances', 'logs', 'audit', 'tasks', 'configs'] as const;
export type Topic = (typeof topics)[number];

export interface HubEvent {
  /** 1, 2, 3 … */
  readonly number: number;
  readonly topic: Topic;
  readonly type: string;
  readonly cluster: ClusterName;
  readonly data: unknown;
  /** As it goes over the wire. Bytes, because a text that was put together from parts keeps them all, ten times its size. */
  readonly text: Uint8Array;
  /** Milliseconds of `performance.now()`. */
  readonly time: number;
}

export interface HubLimits {
  readonly count: number;
  /** Of all texts together. */
  readonly bytes: number;
  /** Milliseconds. */
  readonly age: number;
}

const DEFAULT_LIMITS: HubLimits = { count: 10_000, bytes: 4 * 1024 * 1024, age: 300_000 };

/** Gives each text memory of its own; small buffers would keep alive what shares theirs. */
const encoder = new TextEncoder();

export class EventHub {
  private readonly boot = Date.now().toString(36);
  private kept: HubEvent[] = [];
  private bytes = 0;
  private last = 0;
  private readonly listeners = new Set<(event: HubEvent) => void>();
  private readonly demands = new Map<Topic, number>();

  constructor(private readonly limits: HubLimits = DEFAULT_LIMITS) {}

  /** Where a client that has everything up to now goes on. */
  get position(): string {
    return `${this.boot}-${this.last}`;
  }

  publish(topic: Topic, type: string, cluster: ClusterName, data: unknown): void {
    this.last += 1;
    const lines = `id: ${this.boot}-${this.last}\nevent: ${type}\ndata: ${formatJson(data)}\n\n`;
    const text = encoder.encode(lines);
    const event: HubEvent = {
      number: this.last,
      topic,
      type,
      cluster,
      data,
      text,
      time: performance.now(),
    };
    this.kept.push(event);
    this.bytes += text.length;
    this.trim(event.time);
    for (const listener of this.listeners) listener(event);
  }

  /**
   * Events after a position.
   * @returns null when some of them are no longer kept, or the position is of another life of the server
   */
  since(position: string): readonly HubEvent[] | null {
    const match = /^(\w+)-(\d+)$/.exec(position);
    const number = Number(match?.[2]);
    if (match === null || match[1] !== this.boot || number > this.last) return null;
    const first = this.last - this.kept.length + 1;
    return number < first - 1 ? null : this.kept.slice(number - first + 1);
  }

  /** Says that somebody wants events of a topic which are made on demand; the returned function ends that. */
  demand(topic: Topic): () => void {
    this.demands.set(topic, (this.demands.get(topic) ?? 0) + 1);
    return () => this.demands.set(topic, (this.demands.get(topic) ?? 0) - 1);
  }

  hasDemand(topic: Topic): boolean {
    return (this.demands.get(topic) ?? 0) > 0;
  }

  /** Calls `listener` with each event from now on; the returned function ends that. */
  listen(listener: (event: HubEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private trim(now: number): void {
    const { count, bytes, age } = this.limits;
    let drop = 0;
    while (
      drop < this.kept.length &&
      (this.kept.length - drop > count || this.bytes > bytes || now - this.kept[drop]!.time > age)
    ) {
      this.bytes -= this.kept[drop]!.text.length;
      drop += 1;
    }
    if (drop > 0) this.kept = this.kept.slice(drop);
  }
}
