/** The state of the plant as it arrives: polled every two seconds, pushed where the server has an event stream. */
import { computed, signal } from '@preact/signals';
import { Series } from '../core/history.js';
import { FreshnessWatch, readManagerInfo, readServerInfo, recordOf } from '../core/legacy-plant.js';
import {
  CLUSTERS,
  type Cluster,
  type InstanceRecord,
  type JsonRecord,
  type ManagerRecord,
  type Plant,
  type WorkerRecord,
} from '../core/plant.js';
import { ApiError, callJson, currentSite, family, messageOf } from './api.js';

export type ConnectionMode = 'connecting' | 'live' | 'polling' | 'reconnecting' | 'offline';

interface ClusterState {
  readonly manager: ManagerRecord;
  readonly workers: readonly WorkerRecord[];
  readonly instances: readonly InstanceRecord[];
  readonly receivedAt: number;
}

const POLL_PERIOD = 2000;
const HIDDEN_PERIOD = 30_000;
const STALE_AFTER = 5000;
const DISCONNECTED_AFTER = 15_000;

export const now = signal(Date.now());
const clusters = signal<Readonly<Partial<Record<Cluster, ClusterState>>>>({});
const lastError = signal<string | null>(null);
const startedAt = Date.now();

export const plant = computed<Plant | null>(() => {
  const states = CLUSTERS.map((cluster) => clusters.value[cluster]).filter((state) => state !== undefined);
  if (states.length === 0) return null;
  return {
    managers: states.map((state) => state.manager),
    workers: states.flatMap((state) => state.workers),
    instances: states.flatMap((state) => state.instances),
    receivedAt: Math.max(...states.map((state) => state.receivedAt)),
  };
});

/** Milliseconds since anything was heard. */
export const silence = computed(() => {
  const heard = Math.max(0, ...Object.values(clusters.value).map((state) => state?.receivedAt ?? 0));
  return Math.max(0, now.value - (heard === 0 ? startedAt : heard));
});
export const isStale = computed(() => silence.value > STALE_AFTER);
export const isDisconnected = computed(() => silence.value > DISCONNECTED_AFTER);
export const connection = computed<ConnectionMode>(() => {
  if (isDisconnected.value) return 'offline';
  if (plant.value === null) return 'connecting';
  return isStale.value ? 'reconnecting' : 'polling';
});
export const connectionProblem = computed(() => lastError.value);

export function findInstance(cluster: Cluster, name: string): InstanceRecord | null {
  return plant.value?.instances.find((entry) => entry.cluster === cluster && entry.name === name) ?? null;
}

/** Recent input rate and load of instances and workers, for sparklines. */
const histories = new Map<string, Series>();
const HISTORY_LENGTH = 90;

export function historyOf(key: string): Series {
  let series = histories.get(key);
  if (series === undefined) {
    series = new Series(HISTORY_LENGTH);
    histories.set(key, series);
  }
  return series;
}

function remember(state: ClusterState): void {
  for (const entry of state.instances) {
    if (entry.statistics.rx !== null) historyOf(`${entry.key} rx`).add(state.receivedAt, entry.statistics.rx);
  }
  for (const worker of state.workers) {
    if (worker.cpu !== null)
      historyOf(`${worker.cluster} ${worker.name} cpu`).add(state.receivedAt, worker.cpu);
  }
}

class ClusterPoller {
  readonly #cluster: Cluster;
  readonly #freshness = new FreshnessWatch();
  #isManager: boolean | null = null;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async poll(): Promise<void> {
    const cluster = this.#cluster;
    try {
      const state = await this.#read();
      clusters.value = { ...clusters.value, [cluster]: state };
      remember(state);
      lastError.value = null;
    } catch (error) {
      lastError.value = messageOf(error);
      const known = clusters.value[cluster];
      const manager: ManagerRecord = {
        cluster,
        role: this.#isManager === false ? 'server' : 'manager',
        version: known?.manager.version ?? null,
        url: null,
        startedAt: null,
        problem: messageOf(error),
      };
      if (known !== undefined) clusters.value = { ...clusters.value, [cluster]: { ...known, manager } };
    }
  }

  async #read(): Promise<ClusterState> {
    const cluster = this.#cluster;
    const permanent = await this.#permanent();
    const facts = { cluster, permanent, freshness: this.#freshness, now: Date.now() };
    const isManager = this.#isManager === true;
    const path = isManager ? '/api/v1/proxy/info' : `/api/v1/${family(cluster)}/info`;
    const info = recordOf((await callJson(cluster, path, { deadline: 10_000 })).info);
    const receivedAt = Date.now();
    const own = { ...facts, now: receivedAt };
    const url = `${cluster === 'cameras' ? 'camera' : 'pipeline'}-server`;
    const read = isManager ? readManagerInfo(info, own) : readServerInfo(info, url, own);
    this.#freshness.keep(new Set(read.instances.map((entry) => entry.key)));
    const version = read.workers.find((worker) => worker.version !== null)?.version ?? null;
    const manager: ManagerRecord = {
      cluster,
      role: isManager ? 'manager' : 'server',
      version,
      url: null,
      startedAt: null,
      problem: null,
    };
    return { manager, ...read, receivedAt };
  }

  /** Names of the permanent instances; the first call tells a manager from a standalone server. */
  async #permanent(): Promise<ReadonlySet<string>> {
    if (this.#isManager === false) return new Set();
    try {
      const answer = await callJson(this.#cluster, '/api/v1/proxy/permanent');
      this.#isManager = true;
      return new Set(Object.keys(recordOf(answer.permanent_instances as JsonRecord)));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        this.#isManager = false;
        return new Set();
      }
      throw error;
    }
  }
}

/** Starts polling; ends never, as the page lives as long as its data. */
export function startPlant(): void {
  setInterval(() => {
    now.value = Date.now();
  }, 1000);
  for (const cluster of CLUSTERS) {
    if (currentSite().clusters[cluster] === undefined) continue;
    const poller = new ClusterPoller(cluster);
    const repeat = async (): Promise<void> => {
      await poller.poll();
      setTimeout(repeat, document.hidden ? HIDDEN_PERIOD : POLL_PERIOD);
    };
    void repeat();
  }
}
