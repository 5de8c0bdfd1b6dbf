/** Reads the answers of `/api/v1` into the model of the plant. */
import { healthOf } from './health.js';
import {
  type Cluster,
  type InstanceRecord,
  type InstanceStatistics,
  instanceKey,
  type Json,
  type JsonRecord,
  type WorkerRecord,
  workerName,
} from './plant.js';

/** Remembers when the statistics of an instance changed, to tell their age without trusting any clock. */
export class FreshnessWatch {
  readonly #seen = new Map<string, { mark: string; at: number }>();

  /** @returns milliseconds since `mark` changed */
  age(key: string, mark: string, now: number): number {
    const seen = this.#seen.get(key);
    if (seen?.mark === mark) return now - seen.at;
    this.#seen.set(key, { mark, at: now });
    return 0;
  }

  /** Forgets what is not among `keys`. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#seen.keys()) if (!keys.has(key)) this.#seen.delete(key);
  }
}

export interface ClusterFacts {
  readonly cluster: Cluster;
  /** Names of the permanent instances. */
  readonly permanent: ReadonlySet<string>;
  readonly freshness: FreshnessWatch;
  readonly now: number;
}

/** @param info `info` of `GET /api/v1/proxy/info` */
export function readManagerInfo(
  info: JsonRecord,
  facts: ClusterFacts,
): { workers: WorkerRecord[]; instances: InstanceRecord[] } {
  const servers = recordOf(info.servers);
  const workers = Object.entries(servers).map(([url, value]) =>
    readWorker(url, recordOf(value), facts.cluster),
  );
  const down = new Set(workers.filter((worker) => !worker.reachable).map((worker) => worker.name));
  return { workers, instances: readInstances(recordOf(info.active_instances), null, down, facts) };
}

/** @param info `info` of `GET /api/v1/{cam,pipeline}/info` of a server that runs its instances itself */
export function readServerInfo(
  info: JsonRecord,
  url: string,
  facts: ClusterFacts,
): { workers: WorkerRecord[]; instances: InstanceRecord[] } {
  const records = recordOf(info.active_instances);
  const load = Object.keys(records).length;
  const worker = readWorker(url, { ...info, load, instances: Object.keys(records) }, facts.cluster);
  return { workers: [worker], instances: readInstances(records, worker.name, new Set(), facts) };
}

function readWorker(url: string, record: JsonRecord, cluster: Cluster): WorkerRecord {
  const version = textOf(record.version);
  return {
    cluster,
    name: workerName(url),
    url,
    version,
    instances: Array.isArray(record.instances) ? record.instances.length : 0,
    cpu: numberOf(record.cpu),
    memory: numberOf(record.memory),
    memoryTotal: numberOf(record.memory_total),
    rx: numberOf(record.rx),
    tx: numberOf(record.tx),
    reachable: version !== null,
    silentFor: null,
    enabled: true,
    expanding: true,
    draining: false,
  };
}

function readInstances(
  records: JsonRecord,
  worker: string | null,
  down: ReadonlySet<string>,
  facts: ClusterFacts,
): InstanceRecord[] {
  return Object.entries(records).map(([name, value]) =>
    readInstance(name, recordOf(value), worker, down, facts),
  );
}

function readInstance(
  name: string,
  record: JsonRecord,
  ownWorker: string | null,
  down: ReadonlySet<string>,
  { cluster, permanent, freshness, now }: ClusterFacts,
): InstanceRecord {
  const statistics = readStatistics(recordOf(record.statistics));
  const config = recordOf(record.config);
  const host = textOf(record.host);
  const worker = host === null ? ownWorker : workerName(host);
  const key = instanceKey(cluster, name);
  const startedAt = readStartTime(textOf(record.last_start_time));
  const mode = modeOf(cluster, config);
  const age = freshness.age(key, `${statistics.time} ${statistics.received} ${statistics.sent}`, now);
  return {
    cluster,
    name,
    key,
    worker,
    streamAddress: textOf(record.stream_address),
    camera: textOf(record.camera_name),
    pipelineType:
      cluster === 'pipelines' ? (textOf(config.pipeline_type) ?? 'processing') : textOf(config.source_type),
    mode,
    permanent: permanent.has(name),
    readOnly: record.read_only === true,
    startedAt,
    statistics,
    config,
    health: healthOf({
      reachable: worker === null || !down.has(worker),
      started: startedAt !== null,
      age,
      rx: statistics.rx,
      tx: statistics.tx,
      push: mode === 'PUSH',
      clients: statistics.clients,
      paused: config.paused === true,
    }),
    age,
    viewers: numberOf(record.viewers),
    exitCode: null,
  };
}

/** Fields of `statistics`; `rx` and `tx` are `"9.98Hz - 123"`, `clients` may be `"2 + 1"`. */
export function readStatistics(record: JsonRecord): InstanceStatistics {
  const rx = readRate(record.rx);
  const tx = readRate(record.tx);
  const clients = String(record.clients ?? '').split(' + ');
  return {
    rx: rx.rate,
    tx: tx.rate,
    received: rx.count,
    sent: tx.count,
    clients: record.clients === null || record.clients === undefined ? null : finite(Number(clients[0])),
    forwards: clients[1] === undefined ? null : finite(Number(clients[1])),
    throughput: numberOf(record.throughput),
    totalBytes: numberOf(record.total_bytes),
    cpu: numberOf(record.cpu),
    memory: numberOf(record.memory),
    processId: textOf(record.pid),
    headerChanges: numberOf(record.header_changes),
    frameShape: textOf(record.frame_shape),
    time: textOf(record.time) ?? '',
  };
}

function readRate(value: Json | undefined): { rate: number | null; count: number | null } {
  const match = /^([\d.]+)Hz - (\d+)$/.exec(typeof value === 'string' ? value : '');
  return match === null ? { rate: null, count: null } : { rate: Number(match[1]), count: Number(match[2]) };
}

/** `2025-03-20 14:43:34 UTC+0100` → milliseconds since 1970 */
export function readStartTime(text: string | null): number | null {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?: UTC([+-]\d\d)(\d\d))?$/.exec(text ?? '');
  if (match === null) return null;
  const zone = match[3] === undefined ? '' : `${match[3]}:${match[4]}`;
  return finite(Date.parse(`${match[1]}T${match[2]}${zone}`));
}

/** The push rule of the interface: `store` pushes, then `mode` decides, then `fanout` pushes. */
export function modeOf(cluster: Cluster, config: JsonRecord): InstanceRecord['mode'] {
  if (cluster === 'cameras') return 'PUB';
  const mode = textOf(config.mode)?.toUpperCase() ?? null;
  if (config.pipeline_type === 'store') return 'PUSH';
  if (mode === 'PUSH' || mode === 'FILE') return mode;
  if (mode === null && config.pipeline_type === 'fanout') return 'PUSH';
  return 'PUB';
}

export function recordOf(value: Json | undefined): JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

export function numberOf(value: Json | undefined): number | null {
  return typeof value === 'number' ? finite(value) : null;
}

export function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
