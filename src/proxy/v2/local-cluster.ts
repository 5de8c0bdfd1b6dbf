/** The cluster of this server as records: what its view knows, with health, ages and alarms. */
import type { JsonObject } from '../../common/json.js';
import { packageVersion } from '../../common/package.js';
import type { ClusterView, PermanentView, WorkerView } from '../cluster-view.js';
import { Alarms } from './alarms.js';
import { downRecord, InstanceRecords, unknownRecord } from './instance-records.js';
import type {
  ClusterName,
  ClusterRecord,
  ClusterSource,
  InstanceRecord,
  PermanentRecord,
  ServerRole,
  WorkerRecord,
} from './records.js';

export interface LocalClusterOptions {
  readonly cluster: ClusterName;
  readonly view: ClusterView;
  /** Address of this server, known once it listens. */
  readonly url: () => string;
  /** `Pipeline manager` */
  readonly name: string;
  readonly role: ServerRole;
  /** How many look at an instance at the moment. */
  readonly viewers: (instance: string) => number;
  /** Names of the stored configurations. */
  readonly storedNames: () => Promise<readonly string[]>;
}

/** Milliseconds for which the names of the stored configurations are believed. */
const MEMORY_OF_NAMES = 5000;
/** Milliseconds for which instances of a server that does not answer stay listed. */
const MEMORY_OF_LOST = 600_000;

export class LocalCluster implements ClusterSource {
  readonly cluster: ClusterName;
  private readonly records: InstanceRecords;
  private readonly alarms: Alarms;
  private readonly startedAt = performance.now();
  private readonly started = new Date().toISOString();
  /** Instances as they were last seen, by worker. */
  private readonly lastSeen = new Map<string, readonly InstanceRecord[]>();

  private storedNames: ReadonlySet<string> = new Set();
  private namesReadAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: LocalClusterOptions) {
    this.cluster = options.cluster;
    this.records = new InstanceRecords(options.cluster);
    this.alarms = new Alarms(options.cluster);
  }

  async read(): Promise<ClusterRecord> {
    const { cluster, options } = this;
    await this.readNames();
    const views = options.view.workers();
    const permanent = options.view.permanent();
    const workers = [
      ...views.map((view) => this.describeWorker(view)),
      ...options.view.disabled().map(({ address }) => this.disabledWorker(address)),
    ];
    const instances = this.readInstances(views, permanent);
    const permanentRecords = permanent.map((entry) => this.describePermanent(entry));
    const unanswered = workers.filter(({ state }) => state === 'unreachable').length;
    return {
      cluster,
      state: unanswered > 0 ? 'partial' : 'ok',
      age_ms: 0,
      error: unanswered > 0 ? `${unanswered} of ${views.length} workers do not answer.` : null,
      manager: {
        url: options.url(),
        name: options.name,
        role: options.role,
        version: packageVersion,
        started: this.started,
        uptime_ms: Math.round(performance.now() - this.startedAt),
      },
      workers,
      instances: onePerName(instances),
      permanent: permanentRecords,
      alarms: this.alarms.update(workers, instances, permanentRecords),
    };
  }

  private readInstances(views: readonly WorkerView[], permanent: readonly PermanentView[]): InstanceRecord[] {
    const kept = permanent.filter(({ state }) => state !== 'disabled');
    const permanentNames = new Map(kept.map(({ name, configuration }) => [name, configuration]));
    const keys = new Set<string>();
    const instances: InstanceRecord[] = [];
    for (const view of views) {
      const worker = workerName(view.address);
      if (view.reachability === 'unreachable') {
        if (view.age !== null && view.age > MEMORY_OF_LOST) this.lastSeen.delete(worker);
        continue;
      }
      const fixed = new Set(view.fixedInstances.map(({ name }) => name));
      const here = Object.entries(view.instances).map(([name, report]) => {
        keys.add(`${worker} ${name}`);
        return this.records.describe(name, report as JsonObject, {
          worker,
          workerAge: rounded(view.age),
          isPermanent: permanentNames.has(name),
          configuration: permanentNames.get(name) ?? (this.storedNames.has(name) ? name : null),
          isFixed: fixed.has(name),
          viewers: this.options.viewers(name),
        });
      });
      this.lastSeen.set(worker, here);
      instances.push(...here);
    }
    this.records.keepOnly(keys);
    const known = new Set(instances.map(({ instance }) => instance));
    for (const view of views) {
      if (view.reachability !== 'unreachable') continue;
      for (const last of this.lastSeen.get(workerName(view.address)) ?? []) {
        if (known.has(last.instance)) continue;
        known.add(last.instance);
        instances.push(unknownRecord(last, rounded(view.age)));
      }
    }
    for (const { name, configuration, state, lastFailure } of kept) {
      if (known.has(name)) continue;
      const reason =
        state === 'missing configuration' ? `There is no configuration '${configuration}'.` : null;
      const isStarting = state === 'starting';
      instances.push(
        downRecord(this.cluster, name, configuration, isStarting, reason ?? lastFailure?.reason ?? null),
      );
    }
    return instances;
  }

  private async readNames(): Promise<void> {
    if (performance.now() - this.namesReadAt < MEMORY_OF_NAMES) return;
    this.namesReadAt = performance.now();
    // a folder that cannot be read for a moment takes nothing away
    const names = await this.options.storedNames().catch(() => null);
    if (names !== null) this.storedNames = new Set(names);
  }

  private describeWorker(view: WorkerView): WorkerRecord {
    const answers = view.reachability !== 'unreachable';
    return {
      cluster: this.cluster,
      worker: workerName(view.address),
      url: view.address,
      state: view.reachability === 'reachable' ? 'ok' : view.reachability,
      age_ms: rounded(view.age),
      error: view.fault,
      enabled: true,
      expanding: view.expanding,
      draining: view.draining,
      version: view.version,
      instances: answers ? Object.keys(view.instances).length : null,
      reserved: view.reserved,
      cpu: answers ? view.cpu : null,
      memory: answers ? view.memory : null,
      rx: answers ? view.rx : null,
      tx: answers ? view.tx : null,
    };
  }

  private disabledWorker(address: string): WorkerRecord {
    return {
      cluster: this.cluster,
      worker: workerName(address),
      url: address,
      state: 'disabled',
      age_ms: null,
      error: null,
      enabled: false,
      expanding: false,
      draining: false,
      version: null,
      instances: null,
      reserved: [],
      cpu: null,
      memory: null,
      rx: null,
      tx: null,
    };
  }

  private describePermanent(entry: PermanentView): PermanentRecord {
    return {
      cluster: this.cluster,
      instance: entry.name,
      configuration: entry.configuration,
      enabled: entry.state !== 'disabled',
      state: entry.state,
      worker: entry.server === null ? null : workerName(entry.server),
      starts: entry.starts,
      failures: entry.failures,
      last_failure: entry.lastFailure,
      next_attempt: entry.nextAttempt,
      frozen: entry.frozen,
    };
  }
}

/** `http://host:8881` → `host:8881` */
export function workerName(address: string): string {
  return address.replace(/^http:\/\//, '');
}

/** The first of several of one name; the alarm tells of the others. */
function onePerName(instances: readonly InstanceRecord[]): InstanceRecord[] {
  const byName = new Map<string, InstanceRecord>();
  for (const record of instances) if (!byName.has(record.instance)) byName.set(record.instance, record);
  return [...byName.values()].sort((a, b) => (a.instance < b.instance ? -1 : 1));
}

function rounded(age: number | null): number | null {
  return age === null ? null : Math.round(age);
}
