/** What the console knows of the plant at one moment: the one model that every screen reads. */
export type Cluster = 'pipelines' | 'cameras';

export const CLUSTERS: readonly Cluster[] = ['pipelines', 'cameras'];

export type HealthState =
  | 'running'
  | 'starting'
  | 'stopping'
  | 'no_input'
  | 'no_output'
  | 'processing_error'
  | 'blocked'
  | 'frozen'
  | 'down'
  | 'paused'
  | 'unknown';

export interface Health {
  readonly state: HealthState;
  /** The rule that fired, for people. */
  readonly rule: string;
  /** What to do next; null when nothing is wrong. */
  readonly hint: string | null;
}

export interface ManagerRecord {
  readonly cluster: Cluster;
  /** `manager`: places instances on workers; `server`: runs them itself. */
  readonly role: 'manager' | 'server';
  readonly version: string | null;
  readonly url: string | null;
  /** Milliseconds since 1970; null when it does not tell. */
  readonly startedAt: number | null;
  /** Null: it answers. Otherwise why not. */
  readonly problem: string | null;
}

export interface WorkerRecord {
  readonly cluster: Cluster;
  /** Host and port, `daqsync-11:8881`; unique within its cluster and used in paths with `:` as `_`. */
  readonly name: string;
  readonly url: string;
  readonly version: string | null;
  readonly instances: number;
  /** Percent of the whole host. */
  readonly cpu: number | null;
  /** Bytes in use on the host. */
  readonly memory: number | null;
  readonly memoryTotal: number | null;
  /** Bytes per second of the whole host. */
  readonly rx: number | null;
  readonly tx: number | null;
  readonly reachable: boolean;
  /** Milliseconds since it answered last; null when unknown. */
  readonly silentFor: number | null;
  readonly enabled: boolean;
  readonly expanding: boolean;
  readonly draining: boolean;
}

export interface InstanceStatistics {
  /** Messages per second. */
  readonly rx: number | null;
  readonly tx: number | null;
  readonly received: number | null;
  readonly sent: number | null;
  readonly clients: number | null;
  readonly forwards: number | null;
  /** Bytes per second. */
  readonly throughput: number | null;
  readonly totalBytes: number | null;
  /** Percent of one core. */
  readonly cpu: number | null;
  /** Resident bytes. */
  readonly memory: number | null;
  readonly processId: string | null;
  readonly headerChanges: number | null;
  readonly frameShape: string | null;
  /** Local time of the last update as the instance wrote it. */
  readonly time: string;
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonRecord = { [key: string]: Json };

export interface InstanceRecord {
  readonly cluster: Cluster;
  readonly name: string;
  /** `cluster/name`. */
  readonly key: string;
  /** Name of its worker; null when it does not run. */
  readonly worker: string | null;
  readonly streamAddress: string | null;
  readonly camera: string | null;
  readonly pipelineType: string | null;
  readonly mode: 'PUB' | 'PUSH' | 'FILE' | null;
  readonly permanent: boolean;
  readonly readOnly: boolean;
  /** Milliseconds since 1970; null while starting. */
  readonly startedAt: number | null;
  readonly statistics: InstanceStatistics;
  readonly config: JsonRecord;
  readonly health: Health;
  /** Milliseconds since its statistics were renewed. */
  readonly age: number | null;
  readonly viewers: number | null;
  /** Of the last process, while it does not run. */
  readonly exitCode: number | null;
}

export interface Plant {
  readonly managers: readonly ManagerRecord[];
  readonly workers: readonly WorkerRecord[];
  readonly instances: readonly InstanceRecord[];
  /** When the browser received it, milliseconds since 1970. */
  readonly receivedAt: number;
}

export function instanceKey(cluster: Cluster, name: string): string {
  return `${cluster}/${name}`;
}

/** `http://host:8881` → `host:8881` */
export function workerName(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/+$/, '');
}

/** The worker part of a path: `host:8881` ↔ `host_8881`. */
export function workerSegment(name: string): string {
  return name.replace(/:(\d+)$/, '_$1');
}

export function workerFromSegment(segment: string): string {
  return segment.replace(/_(\d+)$/, ':$1');
}

/** The name by which the REST interface addresses a worker: its URL without `http`, `/` and `:`. */
export function compactName(url: string): string {
  return url.replaceAll(/http|\/|:/g, '');
}
