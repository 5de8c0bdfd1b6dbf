/** Reads snapshots and events of `/api/v2` into the model of the plant. Pure: what comes in is never changed. */
import { HEALTH } from './health.js';
import {
  type Alarm,
  type Cluster,
  type ClusterState,
  type Health,
  type HealthState,
  type InstanceRecord,
  type InstanceStatistics,
  instanceKey,
  type JsonRecord,
  type ManagerRecord,
  type PermanentRecord,
  type WorkerRecord,
} from './plant.js';
import { numberOf, recordOf, recordsOf, textOf, textsOf, timeOf } from './values.js';

/** @param record one member of `clusters` of a snapshot; @param now milliseconds since 1970 by the clock of this browser */
export function readCluster(cluster: Cluster, record: JsonRecord, now: number): ClusterState {
  return {
    cluster,
    manager: readManager(cluster, record),
    workers: byName(recordsOf(record.workers).map((entry) => readWorker(cluster, entry, now))),
    instances: byName(recordsOf(record.instances).map((entry) => readInstance(cluster, entry, now))),
    permanent: recordsOf(record.permanent).map((entry) => readPermanent(cluster, entry)),
    alarms: recordsOf(record.alarms).map((entry) => readAlarm(cluster, entry)),
  };
}

/** The state after an event; the same object when the event tells nothing about it. */
export function applyEvent(state: ClusterState, type: string, data: JsonRecord, now: number): ClusterState {
  const { cluster } = state;
  switch (type) {
    case 'cluster':
      return {
        ...state,
        manager: readManager(cluster, data),
        alarms: recordsOf(data.alarms).map((entry) => readAlarm(cluster, entry)),
      };
    case 'workers': {
      const changed = recordsOf(data.upsert).map((entry) => readWorker(cluster, entry, now));
      return { ...state, workers: merged(state.workers, changed, textsOf(data.removed)) };
    }
    case 'instances': {
      const changed = recordsOf(data.upsert).map((entry) => readInstance(cluster, entry, now));
      return { ...state, instances: merged(state.instances, changed, textsOf(data.removed)) };
    }
    case 'permanent':
      return { ...state, permanent: recordsOf(data.permanent).map((entry) => readPermanent(cluster, entry)) };
    case 'worker_figures':
      return { ...state, workers: merged(state.workers, changedWorkers(state, data, now), []) };
    case 'statistics':
      return { ...state, instances: merged(state.instances, changedInstances(state, data, now), []) };
    default:
      return state;
  }
}

function changedWorkers(state: ClusterState, data: JsonRecord, now: number): WorkerRecord[] {
  return Object.entries(recordOf(data.workers)).flatMap(([name, value]) => {
    const known = state.workers.get(name);
    if (known === undefined) return [];
    const record = recordOf(value);
    return [{ ...known, ...workerFigures(record), heardAt: momentOf(record.age_ms, now) }];
  });
}

function changedInstances(state: ClusterState, data: JsonRecord, now: number): InstanceRecord[] {
  return Object.entries(recordOf(data.instances)).flatMap(([name, value]) => {
    const known = state.instances.get(name);
    if (known === undefined) return [];
    const record = recordOf(value);
    const statistics = readStatistics(recordOf(record.statistics));
    const renewedAt = momentOf(record.statistics_age_ms, now);
    return [{ ...known, statistics, renewedAt, viewers: numberOf(record.viewers) }];
  });
}

function byName<T extends { readonly name: string }>(list: readonly T[]): Map<string, T> {
  return new Map(list.map((entry) => [entry.name, entry]));
}

function merged<T extends { readonly name: string }>(
  known: ReadonlyMap<string, T>,
  changed: readonly T[],
  removed: readonly string[],
): ReadonlyMap<string, T> {
  const next = new Map(known);
  for (const name of removed) next.delete(name);
  for (const entry of changed) next.set(entry.name, entry);
  return next;
}

function readManager(cluster: Cluster, record: JsonRecord): ManagerRecord {
  const manager = recordOf(record.manager);
  return {
    cluster,
    role: textOf(manager.role) ?? 'manager',
    version: textOf(manager.version),
    url: textOf(manager.url),
    startedAt: timeOf(manager.started),
    problem: record.state === 'unreachable' ? (textOf(record.error) ?? 'no answer') : null,
  };
}

function readWorker(cluster: Cluster, record: JsonRecord, now: number): WorkerRecord {
  const state = textOf(record.state);
  const draining = record.draining === true;
  return {
    cluster,
    name: textOf(record.worker) ?? '',
    url: textOf(record.url) ?? '',
    version: textOf(record.version),
    instances: numberOf(record.instances) ?? 0,
    ...workerFigures(record),
    reachable: state !== 'unreachable',
    heardAt: momentOf(record.age_ms, now),
    problem: textOf(record.error),
    enabled: state !== 'disabled' && record.enabled !== false,
    expanding: record.expanding !== false,
    draining,
  };
}

function workerFigures(record: JsonRecord): Pick<WorkerRecord, 'cpu' | 'memory' | 'rx' | 'tx'> {
  return {
    cpu: numberOf(record.cpu),
    memory: numberOf(record.memory),
    rx: numberOf(record.rx),
    tx: numberOf(record.tx),
  };
}

export function readInstance(cluster: Cluster, record: JsonRecord, now: number): InstanceRecord {
  const name = textOf(record.instance) ?? '';
  const mode = textOf(record.mode)?.toUpperCase();
  return {
    cluster,
    name,
    key: instanceKey(cluster, name),
    worker: textOf(record.worker),
    streamAddress: textOf(record.stream_address),
    camera: textOf(record.camera),
    pipelineType: textOf(record.type),
    script: textOf(record.function),
    inputs: textsOf(record.inputs),
    output: textOf(record.output),
    mode: mode === 'PUB' || mode === 'PUSH' || mode === 'FILE' ? mode : null,
    permanent: record.permanent === true,
    readOnly: record.read_only === true,
    startedAt: timeOf(record.started),
    statistics: readStatistics(recordOf(record.statistics)),
    groups: textsOf(record.group),
    configuration: textOf(record.configuration),
    configTag: textOf(record.config_tag),
    health: readHealth(record),
    renewedAt: momentOf(record.statistics_age_ms, now),
    viewers: numberOf(record.viewers),
    exitCode: numberOf(record.exit_code),
    reason: textOf(record.reason),
  };
}

function readHealth(record: JsonRecord): Health {
  const state = textOf(record.state) ?? 'unknown';
  return {
    state: state in HEALTH ? (state as HealthState) : 'unknown',
    rule: (textOf(record.rule) ?? 'no rule was given').replace(/\.$/, ''),
    hint: textOf(record.hint),
  };
}

function readStatistics(record: JsonRecord): InstanceStatistics {
  const dropped = Object.entries(recordOf(record.dropped));
  return {
    rx: numberOf(record.rx),
    tx: numberOf(record.tx),
    received: numberOf(record.received),
    sent: numberOf(record.sent),
    clients: numberOf(record.clients),
    forwards: numberOf(record.forwards),
    throughput: numberOf(record.throughput),
    totalBytes: numberOf(record.total_bytes),
    cpu: numberOf(record.cpu),
    memory: numberOf(record.memory),
    processId: textOf(record.pid),
    headerChanges: numberOf(record.header_changes),
    frameShape: textOf(record.frame_shape),
    dropped: Object.fromEntries(dropped.map(([reason, count]) => [reason, numberOf(count) ?? 0])),
  };
}

function readPermanent(cluster: Cluster, record: JsonRecord): PermanentRecord {
  const failure = recordOf(record.last_failure);
  return {
    cluster,
    name: textOf(record.instance) ?? '',
    configuration: textOf(record.configuration) ?? '',
    enabled: record.enabled !== false,
    state: textOf(record.state) ?? 'unknown',
    worker: textOf(record.worker),
    starts: numberOf(record.starts) ?? 0,
    failures: numberOf(record.failures) ?? 0,
    lastFailure:
      record.last_failure === null || record.last_failure === undefined
        ? null
        : { time: timeOf(failure.time), reason: textOf(failure.reason) ?? '' },
  };
}

function readAlarm(cluster: Cluster, record: JsonRecord): Alarm {
  return {
    kind: textOf(record.kind) ?? '',
    severity: record.severity === 'error' ? 'error' : 'warning',
    cluster,
    target: textOf(record.target) ?? '',
    text: textOf(record.text) ?? '',
  };
}

/** An age turned into a moment of this browser's clock, so that it goes on growing without new data. */
function momentOf(age: JsonRecord[string] | undefined, now: number): number | null {
  const milliseconds = numberOf(age);
  return milliseconds === null ? null : now - milliseconds;
}
