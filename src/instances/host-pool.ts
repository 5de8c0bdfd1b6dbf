/** Provides host processes: warm spares first, else new ones, created one after the other so that the event loop stays free. */
import { availableParallelism } from 'node:os';
import { HostProcess } from './host-process.js';
import { Launcher } from './launcher.js';
import type { HostSettings } from './messages.js';
import type { InstanceLog } from './types.js';

/** Spares are replaced when no start was asked for during this time: a burst of starts needs the processors itself. */
const QUIET_TIME = 250;
/** A spare that has not loaded its modules by then is ended. */
const LOAD_TIMEOUT = 30_000;
/** Longest wait before another spare is tried after spares died while loading. */
const LONGEST_BACK_OFF = 60_000;
const KILL_GRACE = 1000;
const CLOSED = 'The pool of host processes is closed';

export interface HostPoolSettings extends HostSettings {
  /** How many warm spares to keep. */
  readonly spares: number;
}

interface Waiter {
  readonly resolve: (host: HostProcess) => void;
  readonly reject: (reason: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * A host belongs to the pool until `acquire` hands it out; it never comes back. At most as many processes as there are
 * processors load their modules at the same time.
 */
export class HostPool {
  /** Forked for a waiter, from spares, spares that died unused: for the metrics. */
  readonly counts = { forked: 0, fromSpare: 0, sparesLost: 0 };
  private readonly spares: HostProcess[] = [];
  private readonly waiters: Waiter[] = [];
  private readonly launcher = new Launcher();
  private readonly loading = new Set<HostProcess>();
  private readonly maximumLoading = availableParallelism();
  private spareFailures = 0;
  private replenishTimer: NodeJS.Timeout | null = null;
  private isClosed = false;

  constructor(
    private readonly settings: HostPoolSettings,
    private readonly log: InstanceLog,
  ) {
    this.scheduleReplenishment();
  }

  /** Spares that can take an instance at once. */
  get loadedSpares(): number {
    return this.spares.filter((spare) => spare.isLoaded).length;
  }

  /** Process numbers of all spares, loaded or not. */
  get sparePids(): number[] {
    return this.spares.flatMap((spare) => spare.pid ?? []);
  }

  /**
   * The next free host.
   * @param signal gives up waiting; the promise then rejects with its reason
   */
  async acquire(signal: AbortSignal): Promise<HostProcess> {
    signal.throwIfAborted();
    if (this.isClosed) throw new Error(CLOSED);
    this.scheduleReplenishment();
    const spare = this.takeSpare();
    if (spare !== null) {
      await spare.spawned;
      return spare;
    }
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject, signal };
      this.waiters.push(waiter);
      signal.addEventListener('abort', () => this.dismiss(waiter), { once: true });
      this.forkForWaiters();
    });
  }

  /** Ends the spares and refuses further work; hosts handed out are not touched. */
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.replenishTimer !== null) clearTimeout(this.replenishTimer);
    for (const waiter of this.waiters.splice(0)) {
      waiter.reject(new Error(CLOSED));
    }
    await Promise.all(this.spares.splice(0).map(endSpare));
    this.launcher.close();
  }

  private takeSpare(): HostProcess | null {
    if (this.spares.length === 0) return null;
    const loaded = this.spares.findIndex((spare) => spare.isLoaded);
    const [spare] = this.spares.splice(Math.max(loaded, 0), 1);
    this.counts.fromSpare += 1;
    return spare!;
  }

  private dismiss(waiter: Waiter): void {
    const index = this.waiters.indexOf(waiter);
    if (index < 0) return;
    this.waiters.splice(index, 1);
    waiter.reject(waiter.signal.reason);
  }

  private forkForWaiters(): void {
    while (!this.isClosed && this.waiters.length > 0 && this.loading.size < this.maximumLoading) {
      this.counts.forked += 1;
      void this.serve(this.waiters.shift()!, this.fork());
    }
  }

  /** Hands a new process to the waiter when it is there, unless it is no longer wanted. */
  private async serve(waiter: Waiter, host: HostProcess): Promise<void> {
    await host.spawned;
    if (!this.isClosed && !waiter.signal.aborted) {
      waiter.resolve(host);
      return;
    }
    await endSpare(host);
    waiter.reject(waiter.signal.aborted ? waiter.signal.reason : new Error(CLOSED));
  }

  private fork(): HostProcess {
    const done = (): void => {
      this.loading.delete(host);
      this.forkForWaiters();
      this.scheduleReplenishment();
    };
    const host = new HostProcess(this.launcher, this.settings, done);
    this.loading.add(host);
    void host.ended.then(done);
    return host;
  }

  /** In a quiet moment from now; every sign of work puts it off, and spares that died while loading do. */
  private scheduleReplenishment(): void {
    if (this.isClosed || this.settings.spares === 0) return;
    const delay = Math.min(QUIET_TIME * 2 ** this.spareFailures, LONGEST_BACK_OFF);
    if (this.replenishTimer !== null) clearTimeout(this.replenishTimer);
    this.replenishTimer = setTimeout(() => this.replenish(), delay);
    this.replenishTimer.unref();
  }

  /** Adds one spare; the next follows when this one has loaded. */
  private replenish(): void {
    this.replenishTimer = null;
    if (this.isClosed || this.spares.length >= this.settings.spares) return;
    if (this.loading.size > 0) {
      this.scheduleReplenishment();
      return;
    }
    const spare = this.fork();
    this.spares.push(spare);
    void this.watchLoading(spare);
    void spare.ended.then(() => this.forgetSpare(spare));
  }

  private async watchLoading(spare: HostProcess): Promise<void> {
    const timer = setTimeout(() => {
      if (spare.isLoaded || !this.spares.includes(spare)) return;
      this.log.warning(
        `A spare host process did not load its modules within ${LOAD_TIMEOUT / 1000} s. Terminated.`,
      );
      spare.kill('SIGKILL');
    }, LOAD_TIMEOUT);
    timer.unref();
    await spare.ended;
    clearTimeout(timer);
  }

  /** A spare that died is replaced, ever more slowly when they die while loading. */
  private forgetSpare(spare: HostProcess): void {
    const index = this.spares.indexOf(spare);
    if (index < 0) return;
    this.spares.splice(index, 1);
    this.counts.sparesLost += 1;
    this.spareFailures = spare.isLoaded ? 0 : this.spareFailures + 1;
    this.log.warning(`A spare host process (pid ${spare.pid}) ended unexpectedly.`);
    this.scheduleReplenishment();
  }
}

async function endSpare(spare: HostProcess): Promise<void> {
  spare.kill('SIGTERM');
  if (!(await spare.endsWithin(KILL_GRACE))) spare.kill('SIGKILL');
  await spare.ended;
}
