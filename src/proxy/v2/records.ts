/** What `/api/v2` says of a plant; the members are those of `docs/api-v2.md`. */

export type ClusterName = 'pipelines' | 'cameras';
export const clusterNames: readonly ClusterName[] = ['pipelines', 'cameras'];

export type InstanceHealth =
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

export interface StatisticsRecord {
  readonly time: string;
  readonly clients: number | null;
  /** Clients of the forwarder; null where there is none. */
  readonly forwards: number | null;
  /** Messages per second. */
  readonly rx: number;
  readonly tx: number;
  /** Since the start. */
  readonly received: number;
  readonly sent: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** Bytes per second. */
  readonly throughput: number;
  readonly total_bytes: number;
  /** Percent of one core. */
  readonly cpu: number | null;
  /** Resident bytes. */
  readonly memory: number | null;
  readonly pid: string;
  readonly header_changes: number;
  readonly frame_shape: string | null;
}

export interface InstanceRecord {
  readonly cluster: ClusterName;
  readonly instance: string;
  /** Null while it runs nowhere. */
  readonly worker: string | null;
  readonly state: InstanceHealth;
  readonly rule: string;
  readonly hint: string | null;
  readonly age_ms: number | null;
  readonly statistics_age_ms: number | null;
  readonly stream_address: string | null;
  readonly mode: string;
  readonly type: string | null;
  readonly camera: string | null;
  readonly function: string | null;
  /** Pipelines that it reads from. */
  readonly inputs: readonly string[];
  /** Pipeline that it writes to. */
  readonly output: string | null;
  readonly group: readonly string[];
  readonly read_only: boolean;
  readonly permanent: boolean;
  readonly fixed: boolean;
  /** Name of the stored configuration it was made from. */
  readonly configuration: string | null;
  readonly config_tag: string | null;
  readonly geometry: readonly [number, number] | null;
  /** ISO 8601. */
  readonly started: string | null;
  readonly viewers: number;
  readonly statistics: StatisticsRecord | null;
  /** Of an instance that is down. */
  readonly exit_code: number | null;
  readonly reason: string | null;
}

export interface WorkerRecord {
  readonly cluster: ClusterName;
  readonly worker: string;
  readonly url: string;
  readonly state: 'ok' | 'suspect' | 'unreachable' | 'disabled';
  readonly age_ms: number | null;
  readonly error: string | null;
  readonly enabled: boolean;
  readonly expanding: boolean;
  readonly draining: boolean;
  readonly version: string | null;
  /** Null when it does not answer. */
  readonly instances: number | null;
  readonly reserved: readonly string[];
  readonly cpu: number | null;
  readonly memory: number | null;
  readonly rx: number | null;
  readonly tx: number | null;
}

export interface PermanentRecord {
  readonly cluster: ClusterName;
  readonly instance: string;
  readonly configuration: string;
  readonly enabled: boolean;
  readonly state: string;
  readonly worker: string | null;
  readonly starts: number;
  readonly failures: number;
  readonly last_failure: { readonly time: string; readonly reason: string } | null;
  readonly next_attempt: string | null;
  readonly frozen: string | null;
}

export interface AlarmRecord {
  readonly kind:
    | 'worker_down'
    | 'permanent_down'
    | 'frozen'
    | 'blocked'
    | 'duplicate'
    | 'version_mismatch'
    | 'cluster_unreachable';
  readonly severity: 'warning' | 'error';
  readonly cluster: ClusterName;
  readonly target: string;
  readonly text: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface ManagerRecord {
  readonly url: string;
  readonly name: string;
  readonly role: ServerRole;
  readonly version: string;
  readonly started: string;
  readonly uptime_ms: number;
}

export type ServerRole = 'server' | 'worker' | 'manager' | 'proxy';

export interface ClusterRecord {
  readonly cluster: ClusterName;
  readonly state: 'ok' | 'partial' | 'unreachable';
  /** Of the whole record; null when nothing was ever known. */
  readonly age_ms: number | null;
  readonly error: string | null;
  readonly manager: ManagerRecord | null;
  readonly workers: readonly WorkerRecord[];
  readonly instances: readonly InstanceRecord[];
  readonly permanent: readonly PermanentRecord[];
  readonly alarms: readonly AlarmRecord[];
}

/** Where the records of one cluster come from: this server, or the one that it works with. */
export interface ClusterSource {
  readonly cluster: ClusterName;
  /** Never throws: what cannot be had is said in the record. */
  read(): Promise<ClusterRecord>;
}
