/**
 * Runs tasks several at a time and delivers their outcomes one at a time in the order in which the tasks came. Everything is
 * bounded: what does not fit is dropped, the oldest first. How a task is run is the caller's business.
 */
export type Outcome<Result> =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly error: unknown };

export interface OrderedQueueOptions<Task, Result> {
  /** Tasks at work at the same time, at least 1. */
  readonly parallel: number;
  /** Tasks that wait for work; when there are more, the oldest of them is dropped. */
  readonly waiting: number;
  /**
   * Finished tasks that wait for an earlier one; when there are as many, no new work begins, and when too many tasks wait for
   * that, the earlier one is given up.
   */
  readonly finished: number;
  work(task: Task): Promise<Result>;
  /** Called in order; the next one waits for the promise, which must not reject. */
  deliver(task: Task, outcome: Outcome<Result>): Promise<void>;
  /** A task that will not be delivered. One that is dropped as `reorder` is still at work. */
  dropped(task: Task, reason: 'queue_full' | 'reorder' | 'stopped'): void;
  /** The work on a task that was given up has ended, so that its memory may be used again. */
  abandoned(task: Task): void;
}

interface Entry<Task, Result> {
  readonly task: Task;
  state: 'waiting' | 'working' | 'finished' | 'delivering';
  givenUp: boolean;
  outcome: Outcome<Result> | null;
}

export class OrderedQueue<Task, Result> {
  /** In the order of arrival; given-up entries are no longer here. */
  readonly #entries: Entry<Task, Result>[] = [];
  readonly #idleWaiters: (() => void)[] = [];
  #working = 0;
  #finished = 0;
  #waiting = 0;
  #delivering = false;
  #stopped = false;

  constructor(private readonly options: OrderedQueueOptions<Task, Result>) {}

  /** Tasks that have not ended, those that were given up but are still at work included. */
  get size(): number {
    return this.#waiting + this.#finished + this.#working + (this.#delivering ? 1 : 0);
  }

  push(task: Task): void {
    if (this.#stopped) {
      this.options.dropped(task, 'stopped');
      return;
    }
    this.#entries.push({ task, state: 'waiting', givenUp: false, outcome: null });
    this.#waiting += 1;
    this.startWork();
    if (this.#waiting > this.options.waiting && !this.giveUpHead()) this.dropOldestWaiting();
  }

  /** Drops the oldest task that nobody works on, to make room; false when there is none. */
  dropOldestWaiting(reason: 'queue_full' | 'stopped' = 'queue_full'): boolean {
    const index = this.#entries.findIndex((entry) => entry.state === 'waiting');
    if (index < 0) return false;
    const [entry] = this.#entries.splice(index, 1);
    this.#waiting -= 1;
    this.options.dropped(entry!.task, reason);
    return true;
  }

  /** Resolves when no task is left, delivered or dropped. */
  idle(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Drops what waits, and what comes later; tasks at work are finished and delivered. */
  stop(): void {
    this.#stopped = true;
    while (this.dropOldestWaiting('stopped'));
    this.settle();
  }

  private startWork(): void {
    const { parallel, finished } = this.options;
    if (this.#waiting === 0) return;
    for (const entry of this.#entries) {
      // Results that cannot be delivered yet hold up new work instead of piling up.
      if (this.#working >= parallel || this.#working + this.#finished >= finished + parallel) return;
      if (entry.state === 'waiting') this.start(entry);
    }
  }

  private start(entry: Entry<Task, Result>): void {
    entry.state = 'working';
    this.#waiting -= 1;
    this.#working += 1;
    this.options.work(entry.task).then(
      (result) => this.finish(entry, { ok: true, result }),
      (error: unknown) => this.finish(entry, { ok: false, error }),
    );
  }

  private finish(entry: Entry<Task, Result>, outcome: Outcome<Result>): void {
    this.#working -= 1;
    if (entry.givenUp) {
      this.options.abandoned(entry.task);
    } else {
      entry.state = 'finished';
      entry.outcome = outcome;
      this.#finished += 1;
      void this.deliverHead();
    }
    this.startWork();
    this.settle();
  }

  /** So that those that wait for it can be delivered. @returns false when it does not hold up enough of them */
  private giveUpHead(): boolean {
    const head = this.#entries[0];
    if (head?.state !== 'working' || this.#finished < this.options.finished) return false;
    head.givenUp = true;
    this.#entries.shift();
    this.options.dropped(head.task, 'reorder');
    void this.deliverHead();
    return true;
  }

  private async deliverHead(): Promise<void> {
    if (this.#delivering) return;
    for (let head = this.#entries[0]; head?.state === 'finished'; head = this.#entries[0]) {
      this.#delivering = true;
      head.state = 'delivering';
      this.#finished -= 1;
      await this.options.deliver(head.task, head.outcome!);
      this.#delivering = false;
      this.#entries.shift();
      this.startWork();
    }
    this.settle();
  }

  private settle(): void {
    if (this.size === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }
}
