/**
 * Events of a server in one sequence, kept for a while so that a client that was away can go on where it was.
 */
import { formatJson } from '../../common/json.js';
import type { ClusterName } from './records.js';
import { TextRing } from './text-ring.js';

export const topics = ['cluster', 'instances', 'logs', 'audit', 'tasks', 'configs'] as const;
export type Topic = (typeof topics)[number];

/** What is known of an event without reading its text. */
interface Note {
  /** 1, 2, 3 … */
  readonly number: number;
  readonly topic: Topic;
  readonly cluster: ClusterName;
  /** Whole milliseconds of `performance.now()`. */
  readonly time: number;
}

export interface HubEvent extends Pick<Note, 'number' | 'topic' | 'cluster'> {
  /** As it goes over the wire. */
  readonly text: Uint8Array;
  readonly data: () => unknown;
}

export interface HubLimits {
  readonly count: number;
  /** Of all texts together. */
  readonly bytes: number;
  /** Milliseconds. */
  readonly age: number;
}

const DEFAULT_LIMITS: HubLimits = { count: 10_000, bytes: 2 * 1024 * 1024, age: 300_000 };
const DATA = 'data: ';

export class EventHub {
  private readonly boot = Date.now().toString(36);
  private readonly kept: TextRing<Note>;
  private last = 0;
  private readonly listeners = new Set<(event: HubEvent) => void>();
  private readonly demandListeners = new Set<() => void>();
  private readonly demands = new Map<Topic, number>();

  constructor(private readonly limits: HubLimits = DEFAULT_LIMITS) {
    this.kept = new TextRing(limits.bytes);
  }

  /** Where a client that has everything up to now goes on. */
  get position(): string {
    return `${this.boot}-${this.last}`;
  }

  publish(topic: Topic, type: string, cluster: ClusterName, data: unknown): void {
    this.last += 1;
    const text = `id: ${this.boot}-${this.last}\nevent: ${type}\n${DATA}${formatJson(data)}\n\n`;
    const note: Note = { number: this.last, topic, cluster, time: Math.floor(performance.now()) };
    this.kept.push(text, note);
    this.trim(note.time);
    if (this.listeners.size === 0) return;
    const event: HubEvent = { ...note, text: Buffer.from(text), data: () => data };
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
    const missed = this.last - number;
    if (missed > this.kept.count) return null;
    return this.kept.newest(missed).map(({ text, note }) => ({ ...note, text, data: () => readData(text) }));
  }

  /** Says that somebody wants events of a topic which are made on demand; the returned function ends that. */
  demand(topic: Topic): () => void {
    this.demands.set(topic, (this.demands.get(topic) ?? 0) + 1);
    for (const listener of this.demandListeners) listener();
    return () => this.demands.set(topic, (this.demands.get(topic) ?? 0) - 1);
  }

  hasDemand(topic: Topic): boolean {
    return (this.demands.get(topic) ?? 0) > 0;
  }

  /** Calls `listener` whenever somebody wants events of a topic; the returned function ends that. */
  onDemand(listener: () => void): () => void {
    this.demandListeners.add(listener);
    return () => this.demandListeners.delete(listener);
  }

  /** Calls `listener` with each event from now on; the returned function ends that. */
  listen(listener: (event: HubEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private trim(now: number): void {
    const { count, age } = this.limits;
    this.kept.drop(Math.max(0, this.kept.count - count));
    while (this.kept.oldest !== null && now - this.kept.oldest.time > age) this.kept.drop(1);
  }
}

function readData(text: Uint8Array): unknown {
  const lines = Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString();
  return JSON.parse(lines.slice(lines.indexOf(`\n${DATA}`) + 1 + DATA.length));
}
