/** Starting instances for a test, and reading what they have become. */
import { keptDocument } from '../core/launch.js';
import type { Cluster, InstanceRecord, JsonRecord } from '../core/plant.js';
import { numberOf, recordOf, textOf } from '../core/values.js';
import { ApiError, callJson } from './api.js';
import { findConfiguration, validateConfiguration } from './configurations.js';
import { findInstance } from './plant.js';
import { followTask, readTask } from './tasks.js';

/** Milliseconds: a start may take 100 s. */
const DEADLINE = 130_000;
/** Milliseconds until an instance that was just created is in the picture of the plant. */
export const ANNOUNCED_AFTER = 6000;

export interface LaunchOrder {
  /** A stored configuration, or one that was written for this test. */
  readonly configuration: string | null;
  readonly config: JsonRecord | null;
  /** Null for cameras, which have the name of their configuration. */
  readonly instance: string | null;
  readonly changes: JsonRecord;
  /** Null: the manager chooses. */
  readonly worker: string | null;
}

/** @returns its name; once it is where it was wanted */
export async function launch(cluster: Cluster, order: LaunchOrder): Promise<string> {
  const { configuration, config, instance, changes, worker } = order;
  const answer = await callJson(cluster, `/api/v2/instances/${cluster}`, {
    method: 'POST',
    json: {
      ...(config === null ? { configuration } : { config }),
      ...(instance === null ? {} : { instance }),
      ...(Object.keys(changes).length === 0 ? {} : { changes }),
    },
    deadline: DEADLINE,
  });
  const name = textOf(answer.instance) ?? instance ?? configuration ?? '';
  if (worker !== null) await moveTo(cluster, name, worker);
  return name;
}

/** Managers place instances by their own rules; one that is wanted elsewhere is moved there. */
async function moveTo(cluster: Cluster, name: string, worker: string): Promise<void> {
  const placed = await announced(cluster, name);
  if (placed?.worker === worker) return;
  const path = `/api/v2/instances/${cluster}/${encodeURIComponent(name)}/restart`;
  const task = readTask(await callJson(cluster, path, { method: 'POST', json: { worker } }));
  const { state, error } = await followTask(cluster, task);
  if (state !== 'done') throw new Error(`${name} runs, but was not moved to ${worker}: ${error ?? state}`);
}

/** The instance as soon as the servers report it; null when they do not. */
async function announced(cluster: Cluster, name: string): Promise<InstanceRecord | null> {
  const deadline = performance.now() + ANNOUNCED_AFTER;
  while (!isRunning(cluster, name) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return findInstance(cluster, name);
}

interface InstanceAnswer {
  readonly instance: JsonRecord;
  readonly config: JsonRecord | null;
}

async function readInstance(cluster: Cluster, name: string, signal?: AbortSignal): Promise<InstanceAnswer> {
  const path = `/api/v2/instances/${cluster}/${encodeURIComponent(name)}`;
  const answer = await callJson(cluster, path, signal === undefined ? {} : { signal });
  return {
    instance: recordOf(answer.instance),
    config: answer.config == null ? null : recordOf(answer.config),
  };
}

/** Exit code of an instance that does not run any more; null when nothing is known of it. */
export async function readExitCode(
  cluster: Cluster,
  name: string,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    return numberOf((await readInstance(cluster, name, signal)).instance.exit_code);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** What a running test would be as a stored configuration. @param configuration it was started from; empty: from a text */
export async function promotedDocument(
  cluster: Cluster,
  name: string,
  configuration: string,
  signal: AbortSignal,
): Promise<JsonRecord> {
  const [{ config }, stored] = await Promise.all([
    readInstance(cluster, name, signal),
    configuration === '' ? null : findConfiguration(cluster, configuration, signal),
  ]);
  if (config === null) throw new Error(`${name} does not run any more.`);
  const start = stored?.config ?? {};
  const { defaults } = await validateConfiguration(cluster, name, JSON.stringify(start), signal);
  return keptDocument(start, defaults, config);
}

export function isRunning(cluster: Cluster, name: string): boolean {
  const known = findInstance(cluster, name);
  return known !== null && known.health.state !== 'down';
}
