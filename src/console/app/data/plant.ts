/** The plant as it arrives: pushed as events, polled where that fails, always with the age of what is known. */
import { computed, signal } from '@preact/signals';
import { Series } from '../core/history.js';
import {
  CLUSTERS,
  type Cluster,
  type ClusterState,
  type InstanceRecord,
  type JsonRecord,
  type Plant,
} from '../core/plant.js';
import { applyEvent, readCluster } from '../core/plant-reader.js';
import { recordOf, textOf } from '../core/values.js';
import { callJson, homeCluster, messageOf } from './api.js';
import { EventStream } from './events.js';

export type ConnectionMode = 'connecting' | 'live' | 'polling' | 'reconnecting' | 'offline';

const POLL_PERIOD = 2000;
const HIDDEN_PERIOD = 30_000;
const PUSH_RETRY = 30_000;
const STALE_AFTER = 5000;
const DISCONNECTED_AFTER = 15_000;

export const now = signal(Date.now());
const clusters = signal<Readonly<Partial<Record<Cluster, ClusterState>>>>({});
const heardAt = signal(Date.now());
const pushing = signal(false);
export const connectionProblem = signal<string | null>(null);

export const plant = computed<Plant | null>(() => {
  const states = CLUSTERS.map((cluster) => clusters.value[cluster]).filter((state) => state !== undefined);
  if (states.length === 0) return null;
  return {
    managers: states.map((state) => state.manager),
    workers: states.flatMap((state) => [...state.workers.values()]),
    instances: states.flatMap((state) => [...state.instances.values()]).map(asStopping),
    permanent: states.flatMap((state) => state.permanent),
    alarms: states.flatMap((state) => state.alarms),
  };
});

/** Milliseconds since anything was heard. */
export const silence = computed(() => Math.max(0, now.value - heardAt.value));
export const isStale = computed(() => silence.value > STALE_AFTER);
export const isDisconnected = computed(() => silence.value > DISCONNECTED_AFTER);
export const connection = computed<ConnectionMode>(() => {
  if (isDisconnected.value) return 'offline';
  if (plant.value === null) return 'connecting';
  if (isStale.value) return 'reconnecting';
  return pushing.value ? 'live' : 'polling';
});

export function findInstance(cluster: Cluster, name: string): InstanceRecord | null {
  const found = clusters.value[cluster]?.instances.get(name);
  return found === undefined ? null : asStopping(found);
}

/** When the process started that was told to stop, by the key of its instance. */
const told = signal<ReadonlyMap<string, number | null>>(new Map());

/**
 * Shows that an instance was told to stop until its process is another one or none: servers report only every second.
 * @param work tells it; when that fails it goes on running and is shown so
 */
export async function whileStopping<T>({ key, startedAt }: InstanceRecord, work: Promise<T>): Promise<T> {
  told.value = new Map(told.value).set(key, startedAt);
  try {
    return await work;
  } catch (error) {
    const next = new Map(told.value);
    next.delete(key);
    told.value = next;
    throw error;
  }
}

function asStopping(instance: InstanceRecord): InstanceRecord {
  if (told.value.get(instance.key) !== instance.startedAt || instance.health.state === 'down')
    return instance;
  return { ...instance, health: { state: 'stopping', rule: 'It was told to stop', hint: null } };
}

/** Milliseconds since its statistics were renewed. */
export function ageOf(instance: InstanceRecord): number | null {
  return instance.renewedAt === null ? null : Math.max(0, now.value - instance.renewedAt);
}

/** Recent rates and loads, for sparklines. */
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

function remember(): void {
  const time = Date.now();
  for (const state of Object.values(clusters.value)) {
    for (const { key, statistics } of state?.instances.values() ?? []) {
      if (statistics.rx !== null) historyOf(`${key} rx`).add(time, statistics.rx);
    }
    for (const { cluster, name, cpu } of state?.workers.values() ?? []) {
      if (cpu !== null) historyOf(`${cluster} ${name} cpu`).add(time, cpu);
    }
  }
}

/** @returns where the events go on */
async function fetchSnapshot(): Promise<string> {
  const snapshot = await callJson(homeCluster(), '/api/v2/snapshot', { deadline: 10_000 });
  const time = Date.now();
  const records = recordOf(snapshot.clusters);
  const next: Partial<Record<Cluster, ClusterState>> = {};
  for (const cluster of CLUSTERS) {
    if (records[cluster] !== undefined)
      next[cluster] = readCluster(cluster, recordOf(records[cluster]), time);
  }
  clusters.value = next;
  heardAt.value = time;
  now.value = time;
  connectionProblem.value = null;
  return textOf(snapshot.event_id) ?? '';
}

function takeEvent(type: string, data: JsonRecord): void {
  const time = Date.now();
  heardAt.value = time;
  const { cluster } = data;
  if (cluster !== 'pipelines' && cluster !== 'cameras') return;
  const state = clusters.value[cluster];
  if (state === undefined) return;
  const next = applyEvent(state, type, data, time);
  if (next !== state) clusters.value = { ...clusters.value, [cluster]: next };
}

/** Starts receiving; never ends, as the page lives as long as its data. */
export function startPlant(): void {
  setInterval(() => {
    now.value = Date.now();
    if (!isStale.value) remember();
  }, 1000);
  const stream = new EventStream(takeEvent);
  let triedPush = Number.NEGATIVE_INFINITY;
  let failures = 0;

  const push = async (from: string): Promise<void> => {
    triedPush = performance.now();
    try {
      await stream.open(from, () => {
        pushing.value = true;
        failures = 0;
      });
    } catch (error) {
      connectionProblem.value = messageOf(error);
      failures += 1;
    }
    pushing.value = false;
  };
  const run = async (): Promise<void> => {
    for (;;) {
      try {
        const from = await fetchSnapshot();
        const mayPush = failures < 2 || performance.now() - triedPush > PUSH_RETRY;
        if (!document.hidden && mayPush) {
          await push(from);
          continue;
        }
      } catch (error) {
        connectionProblem.value = messageOf(error);
        // whatever was wrong with pushing may have been the same
        failures = 0;
      }
      await pause(document.hidden ? HIDDEN_PERIOD : POLL_PERIOD);
    }
  };
  void run();
}

/** Ends early when the page becomes visible again. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    document.addEventListener('visibilitychange', done);
  });
}
