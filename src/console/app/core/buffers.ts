/** The streams that buffers could store, and those that they do. */
import type { InstanceRecord, Json } from './plant.js';
import { recordsOf, textOf, textsOf, timeOf } from './values.js';

export interface BufferState {
  /** `data`, `image`. */
  readonly name: string;
  readonly kind: string;
  /** Addresses of the streams that it reads. */
  readonly sources: readonly string[];
  /** Why it gave no answer; null when it did. */
  readonly problem: string | null;
}

export function readBuffers(answer: Json | undefined): BufferState[] {
  return recordsOf(answer).map((record) => ({
    name: textOf(record.name) ?? '',
    kind: textOf(record.kind) ?? '',
    sources: textsOf(record.sources),
    problem: textOf(record.problem),
  }));
}

export interface StoredStream {
  readonly address: string;
  /** Null: a buffer reads it, and nothing here sends it. */
  readonly instance: InstanceRecord | null;
}

/** All pushed streams of the plant, then those that only buffers know; in the order of their names. */
export function storedStreams(
  instances: readonly InstanceRecord[],
  buffers: readonly BufferState[],
): StoredStream[] {
  const pushed = instances
    .filter(({ mode, streamAddress }) => mode === 'PUSH' && streamAddress !== null)
    .map((instance) => ({ address: instance.streamAddress!, instance }))
    .sort((a, b) => a.instance.name.localeCompare(b.instance.name, 'en'));
  const known = new Set(pushed.map(({ address }) => address));
  const others = new Set(buffers.flatMap(({ sources }) => sources).filter((address) => !known.has(address)));
  return [...pushed, ...[...others].sort().map((address) => ({ address, instance: null }))];
}

/** Cameras whose images a buffer would get from more than one of these streams. */
export function doubleCameras(streams: readonly StoredStream[], sources: ReadonlySet<string>): string[] {
  const counts = new Map<string, number>();
  for (const { address, instance } of streams) {
    const camera = instance?.camera ?? null;
    if (camera !== null && sources.has(address)) counts.set(camera, (counts.get(camera) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > 1).map(([camera]) => camera);
}

/** @param group null: any */
export function isWanted(stream: StoredStream, words: string, group: string | null): boolean {
  const { address, instance } = stream;
  if (group !== null && instance?.groups.includes(group) !== true) return false;
  return `${instance?.name ?? ''} ${instance?.camera ?? ''} ${address}`
    .toLowerCase()
    .includes(words.toLowerCase());
}

/** Groups of the instances that send these streams, in their order. */
export function groupsOf(streams: readonly StoredStream[]): string[] {
  return [...new Set(streams.flatMap(({ instance }) => instance?.groups ?? []))].sort();
}

export interface Reconnect {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly actor: string;
}

/**
 * The last time that each stream was connected anew.
 * @param records of the audit log, newest first
 * @returns by `<buffer> <address>`
 */
export function lastReconnects(records: Json | undefined): ReadonlyMap<string, Reconnect> {
  const found = new Map<string, Reconnect>();
  for (const record of recordsOf(records)) {
    const time = timeOf(record.time);
    const key = `${textOf(record.details)} ${textOf(record.target)}`;
    if (time === null || record.result !== 'ok' || found.has(key)) continue;
    found.set(key, { time, actor: textOf(record.actor) ?? textOf(record.address) ?? 'somebody' });
  }
  return found;
}
