/**
 * Everything this server shows, looked at once a second: the records for snapshots, and what changed as events.
 */
import { isDeepStrictEqual } from 'node:util';
import type { EventHub } from './event-hub.js';
import type { ClusterName, ClusterRecord, ClusterSource, InstanceRecord, WorkerRecord } from './records.js';

/** Milliseconds between two looks. */
export const LOOK_INTERVAL = 1000;
/** Milliseconds from a change to the look at it. */
const SOON = 30;

export class Plant {
  private readonly clusters = new Map<ClusterName, ClusterRecord>();
  private readonly readAt = new Map<ClusterName, number>();
  private readonly watchers = new Set<(record: ClusterRecord) => void>();
  private readonly running = new Map<ClusterName, Promise<void>>();
  private readonly timer: NodeJS.Timeout;
  private soon: NodeJS.Timeout | null = null;
  private isClosed = false;

  constructor(
    private readonly sources: readonly ClusterSource[],
    private readonly hub: EventHub,
  ) {
    this.timer = setInterval(() => void this.look(), LOOK_INTERVAL);
  }

  get names(): ClusterName[] {
    return this.sources.map(({ cluster }) => cluster);
  }

  /** The records as they are now; looked at again when they are older than a second. */
  async snapshot(): Promise<Map<ClusterName, ClusterRecord>> {
    const now = performance.now();
    const outdated = this.sources.filter(
      ({ cluster }) => now - (this.readAt.get(cluster) ?? Number.NEGATIVE_INFINITY) > LOOK_INTERVAL,
    );
    await Promise.all(outdated.map((source) => this.lookAt(source)));
    return new Map(this.clusters);
  }

  /** The record of one cluster as it was last looked at. */
  current(cluster: ClusterName): ClusterRecord | null {
    return this.clusters.get(cluster) ?? null;
  }

  /** Calls `watcher` with each new record; the returned function ends that. */
  watch(watcher: (record: ClusterRecord) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Something changed: look soon instead of at the next second. */
  lookSoon(): void {
    if (this.isClosed) return;
    this.soon ??= setTimeout(() => {
      this.soon = null;
      void this.look();
    }, SOON);
  }

  async look(): Promise<void> {
    await Promise.all(this.sources.map((source) => this.lookAt(source)));
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.timer);
    if (this.soon !== null) clearTimeout(this.soon);
    this.watchers.clear();
  }

  /** Looks at the same time share one. */
  private lookAt(source: ClusterSource): Promise<void> {
    const { cluster } = source;
    const present = this.running.get(cluster);
    if (present !== undefined) return present;
    const look = this.take(source).finally(() => this.running.delete(cluster));
    this.running.set(cluster, look);
    return look;
  }

  private async take(source: ClusterSource): Promise<void> {
    const record = await source.read();
    if (this.isClosed) return;
    const before = this.clusters.get(source.cluster) ?? null;
    this.clusters.set(source.cluster, record);
    this.readAt.set(source.cluster, performance.now());
    this.publish(before, record);
    for (const watcher of this.watchers) watcher(record);
  }

  private publish(before: ClusterRecord | null, now: ClusterRecord): void {
    const { cluster } = now;
    const summary = summaryOf(now);
    if (before === null || !isDeepStrictEqual(lasting(summaryOf(before)), lasting(summary))) {
      this.hub.publish('cluster', 'cluster', cluster, summary);
    }
    if (before === null || !isDeepStrictEqual(before.permanent, now.permanent)) {
      this.hub.publish('cluster', 'permanent', cluster, { cluster, permanent: now.permanent });
    }
    this.publishWorkers(before, now);
    this.publishInstances(before, now);
  }

  private publishWorkers(before: ClusterRecord | null, now: ClusterRecord): void {
    const { cluster } = now;
    const last = new Map(before?.workers.map((worker) => [worker.worker, worker]));
    const upsert: WorkerRecord[] = [];
    const workers: Record<string, unknown> = {};
    for (const worker of now.workers) {
      const previous = last.get(worker.worker);
      last.delete(worker.worker);
      if (previous === undefined || !isDeepStrictEqual(withoutFigures(previous), withoutFigures(worker))) {
        upsert.push(worker);
      } else if (worker.state !== 'disabled') {
        const { age_ms, cpu, memory, rx, tx } = worker;
        workers[worker.worker] = { age_ms, cpu, memory, rx, tx };
      }
    }
    const removed = [...last.keys()];
    if (upsert.length + removed.length > 0) {
      this.hub.publish('cluster', 'workers', cluster, { cluster, upsert, removed });
    }
    if (Object.keys(workers).length > 0) {
      this.hub.publish('cluster', 'worker_figures', cluster, { cluster, workers });
    }
  }

  private publishInstances(before: ClusterRecord | null, now: ClusterRecord): void {
    const { cluster } = now;
    const last = new Map(before?.instances.map((instance) => [instance.instance, instance]));
    const upsert: InstanceRecord[] = [];
    const instances: Record<string, unknown> = {};
    for (const instance of now.instances) {
      const previous = last.get(instance.instance);
      last.delete(instance.instance);
      if (
        previous === undefined ||
        !isDeepStrictEqual(withoutMovement(previous), withoutMovement(instance))
      ) {
        upsert.push(instance);
      } else if (
        instance.statistics !== null &&
        !isDeepStrictEqual(previous.statistics, instance.statistics)
      ) {
        const { age_ms, statistics_age_ms, viewers, statistics } = instance;
        instances[instance.instance] = { age_ms, statistics_age_ms, viewers, statistics };
      }
    }
    const removed = [...last.keys()];
    if (upsert.length + removed.length > 0) {
      this.hub.publish('instances', 'instances', cluster, { cluster, upsert, removed });
    }
    if (Object.keys(instances).length > 0) {
      this.hub.publish('instances', 'statistics', cluster, { cluster, instances });
    }
  }
}

type Summary = Omit<ClusterRecord, 'workers' | 'instances' | 'permanent'>;

function summaryOf({ cluster, state, age_ms, error, manager, alarms }: ClusterRecord): Summary {
  return { cluster, state, age_ms, error, manager, alarms };
}

/** What does not change by itself from second to second. */
function lasting({ state, error, manager, alarms }: Summary): unknown {
  return {
    state,
    error,
    manager: manager && { ...manager, uptime_ms: 0 },
    alarms: alarms.map(({ kind, target, severity }) => [kind, target, severity]),
  };
}

function withoutFigures({ age_ms, cpu, memory, rx, tx, ...rest }: WorkerRecord): unknown {
  return rest;
}

/** The rule may tell seconds that pass. */
function withoutMovement({
  age_ms,
  statistics_age_ms,
  statistics,
  viewers,
  rule,
  ...rest
}: InstanceRecord): unknown {
  return rest;
}
