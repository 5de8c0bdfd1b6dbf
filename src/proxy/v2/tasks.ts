/** Operations that take their time: they go on after the request that started them was answered, and can be looked at and ended. */
import { randomUUID } from 'node:crypto';
import { errorText } from '../../common/errors.js';
import type { JsonValue } from '../../common/json.js';
import { runInRequest } from '../../common/request-context.js';
import { jsonAnswer, ProblemError, type RawAnswer, type RouteRequest } from '../../http/index.js';
import type { EventHub } from './event-hub.js';
import type { ClusterName } from './records.js';

export interface TaskRecord {
  readonly task: string;
  readonly cluster: ClusterName;
  /** `background.capture` */
  readonly kind: string;
  readonly target: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  /** 0 to 1; null when it cannot be told. */
  readonly progress: number | null;
  readonly message: string | null;
  readonly result: JsonValue;
  readonly error: string | null;
  readonly actor: string | null;
  readonly started: string;
  readonly ended: string | null;
  readonly request_id: string;
  readonly cancellable: boolean;
}

export interface TaskContext {
  /** Aborted when the task is cancelled or the server closes. */
  readonly signal: AbortSignal;
  report(progress: number | null, message?: string): void;
}

interface Entry {
  record: TaskRecord;
  readonly controller: AbortController;
}

const KEPT = 200;
/** More would be a mistake of a client. */
const RUNNING_AT_MOST = 50;

export class Tasks {
  /** Oldest first. */
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly cluster: ClusterName,
    private readonly hub: EventHub,
    /** Called when a task has ended: it may have changed the plant. */
    private readonly onEnd: () => void,
  ) {}

  /** Starts a task and answers 202 with it. @throws ProblemError 503 when too many run */
  start(
    request: Pick<RouteRequest, 'id' | 'identity'>,
    kind: string,
    target: string,
    work: (context: TaskContext) => Promise<JsonValue>,
  ): RawAnswer {
    const running = [...this.entries.values()].filter(({ record }) => record.state === 'running').length;
    if (running >= RUNNING_AT_MOST) {
      throw new ProblemError(503, 'TOO_MANY_TASKS', `${running} tasks are running. Try again later.`, {
        headers: { 'Retry-After': '5' },
      });
    }
    const entry: Entry = {
      controller: new AbortController(),
      record: {
        task: randomUUID(),
        cluster: this.cluster,
        kind,
        target,
        state: 'running',
        progress: null,
        message: null,
        result: null,
        error: null,
        actor: request.identity.user,
        started: new Date().toISOString(),
        ended: null,
        request_id: request.id,
        cancellable: true,
      },
    };
    this.entries.set(entry.record.task, entry);
    this.forgetOld();
    this.change(entry, {});
    // its own context: what the task notes must not count to a request that was answered long ago
    const context = { id: request.id, actor: request.identity.user, notes: [] };
    void runInRequest(context, () => this.run(entry, work));
    return jsonAnswer(entry.record, 202);
  }

  /** Newest first. */
  list(): TaskRecord[] {
    return [...this.entries.values()].map(({ record }) => record).reverse();
  }

  /** @throws ProblemError 404 */
  get(task: string): TaskRecord {
    return this.require(task).record;
  }

  /** Asks a task to end; one that has ended stays as it is. @throws ProblemError 404 */
  cancel(task: string): TaskRecord {
    const entry = this.require(task);
    entry.controller.abort(new Error('cancelled'));
    return entry.record;
  }

  close(): void {
    for (const { controller } of this.entries.values()) controller.abort(new Error('the server closes'));
  }

  private async run(entry: Entry, work: (context: TaskContext) => Promise<JsonValue>): Promise<void> {
    const { signal } = entry.controller;
    const ended = (): string => new Date().toISOString();
    try {
      const result = await work({
        signal,
        report: (progress, message) =>
          this.change(entry, { progress, message: message ?? entry.record.message }),
      });
      this.change(entry, { state: 'done', progress: 1, result, ended: ended(), cancellable: false });
    } catch (error) {
      const state = signal.aborted ? 'cancelled' : 'failed';
      this.change(entry, { state, error: errorText(error), ended: ended(), cancellable: false });
    }
    this.onEnd();
  }

  private change(entry: Entry, change: Partial<TaskRecord>): void {
    entry.record = { ...entry.record, ...change };
    this.hub.publish('tasks', 'task', this.cluster, entry.record);
  }

  private require(task: string): Entry {
    const entry = this.entries.get(task);
    if (entry !== undefined) return entry;
    throw new ProblemError(404, 'TASK_NOT_FOUND', `There is no task '${task}'; the last ${KEPT} are kept.`);
  }

  private forgetOld(): void {
    for (const [task, { record }] of this.entries) {
      if (this.entries.size <= KEPT) return;
      if (record.state !== 'running') this.entries.delete(task);
    }
  }
}
