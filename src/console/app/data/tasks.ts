/** Operations of the servers that take their time. */
import type { Cluster, JsonRecord } from '../core/plant.js';
import { numberOf, recordOf, textOf } from '../core/values.js';
import { callJson } from './api.js';

const POLL = 400;

export interface Task {
  readonly id: string;
  readonly state: string;
  /** 0 to 1; null when it cannot be told. */
  readonly progress: number | null;
  readonly message: string | null;
  readonly error: string | null;
  /** Id of what it made. */
  readonly resultId: string | null;
}

export function readTask(record: JsonRecord): Task {
  return {
    id: textOf(record.task) ?? '',
    state: textOf(record.state) ?? '',
    progress: numberOf(record.progress),
    message: textOf(record.message),
    error: textOf(record.error),
    resultId: textOf(recordOf(record.result).id),
  };
}

/** Asks until it has ended. @param onProgress told after each answer */
export async function followTask(
  cluster: Cluster,
  begun: Task,
  onProgress: (task: Task) => void = () => undefined,
): Promise<Task> {
  let task = begun;
  onProgress(task);
  while (task.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, POLL));
    task = readTask(await callJson(cluster, `/api/v2/tasks/${encodeURIComponent(task.id)}`));
    onProgress(task);
  }
  return task;
}

export async function cancelTask(cluster: Cluster, { id }: Task): Promise<void> {
  await callJson(cluster, `/api/v2/tasks/${encodeURIComponent(id)}/cancel`, { method: 'POST', json: {} });
}
