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
  /** `manager`: places instances on workers; `server`: runs them itself; `worker`, `proxy`. */
  readonly role: string;
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
  /** Bytes per second of the whole host. */
  readonly rx: number | null;
  readonly tx: number | null;
  readonly reachable: boolean;
  /** When it answered last, by the clock of this browser; null when never. */
  readonly heardAt: number | null;
  /** Why it does not answer; null when it does. */
  readonly problem: string | null;
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
  /** Messages lost since the start, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
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
  /** Script or built-in function that it runs; null: the default processing. */
  readonly script: string | null;
  /** Pipelines that it reads from. */
  readonly inputs: readonly string[];
  /** Pipeline that it writes to. */
  readonly output: string | null;
  readonly mode: 'PUB' | 'PUSH' | 'FILE' | null;
  readonly permanent: boolean;
  readonly readOnly: boolean;
  /** Milliseconds since 1970; null while starting. */
  readonly startedAt: number | null;
  readonly statistics: InstanceStatistics;
  readonly groups: readonly string[];
  /** Name of the configuration that it was started from. */
  readonly configuration: string | null;
  /** Changes when its configuration does. */
  readonly configTag: string | null;
  readonly health: Health;
  /** When its statistics were renewed, by the clock of this browser; milliseconds since 1970. */
  readonly renewedAt: number | null;
  readonly viewers: number | null;
  /** Of the last process, while it does not run. */
  readonly exitCode: number | null;
  /** Why it does not run, in the words of the server. */
  readonly reason: string | null;
}

/** Messages that an instance lost since its start. */
export function droppedOf({ statistics }: InstanceRecord): number {
  return Object.values(statistics.dropped ?? {}).reduce((sum, count) => sum + count, 0);
}

export interface PermanentRecord {
  readonly cluster: Cluster;
  readonly name: string;
  readonly configuration: string;
  readonly enabled: boolean;
  readonly state: string;
  readonly worker: string | null;
  readonly starts: number;
  readonly failures: number;
  readonly lastFailure: { readonly time: number | null; readonly reason: string } | null;
}

export interface Alarm {
  readonly kind: string;
  readonly severity: 'warning' | 'error';
  readonly cluster: Cluster;
  readonly target: string;
  readonly text: string;
}

/** One cluster as its server tells it. */
export interface ClusterState {
  readonly cluster: Cluster;
  readonly manager: ManagerRecord;
  /** By name. */
  readonly workers: ReadonlyMap<string, WorkerRecord>;
  readonly instances: ReadonlyMap<string, InstanceRecord>;
  readonly permanent: readonly PermanentRecord[];
  readonly alarms: readonly Alarm[];
}

export interface Plant {
  readonly managers: readonly ManagerRecord[];
  readonly workers: readonly WorkerRecord[];
  readonly instances: readonly InstanceRecord[];
  readonly permanent: readonly PermanentRecord[];
  readonly alarms: readonly Alarm[];
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
