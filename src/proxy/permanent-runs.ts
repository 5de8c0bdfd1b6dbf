/**
 * The life of single permanent instances: starting them, what their ends and failures mean for the next attempt, and on which
 * server each was started last.
 */
import type { InstanceClient } from '../client/index.js';
import { errorText, sentence } from '../common/errors.js';
import { backOffDelay, failuresAfter, GOOD_RUN, isCrashLoop } from './back-off.js';
import type { PermanentState } from './cluster-view.js';
import { type PermanentItem, viewOf } from './permanent-item.js';
import type { PermanentOptions } from './permanent-options.js';
import type { ServerWatch } from './server-watch.js';

/** Milliseconds until a missing configuration, or a pool without a place, is looked at again. */
const RECHECK = 1000;
const PARALLEL_STARTS = 8;

export class PermanentRuns<Client extends InstanceClient = InstanceClient> {
  private assignments = new Map<string, string>();
  private starting = 0;

  constructor(private readonly options: PermanentOptions<Client>) {}

  async load(): Promise<void> {
    this.assignments = new Map(await this.options.assignments.load());
  }

  /** Where the instance of that name was started last; null when that is not known. */
  assignedServer(instance: string): string | null {
    return this.assignments.get(instance) ?? null;
  }

  /** So many starts at a time, that hosts which come up are not flooded. */
  get hasRoom(): boolean {
    return this.starting < PARALLEL_STARTS;
  }

  /**
   * Starts the instance of an item. A failure is noted, and decides on the next attempt.
   * @param avoid addresses of servers that must not be chosen
   * @param isOrdered someone waits for it: a failure is thrown as well
   */
  async start(item: PermanentItem, avoid: readonly string[], isOrdered = false): Promise<void> {
    const { actions, cluster, log } = this.options;
    this.setState(item, 'starting');
    this.starting += 1;
    try {
      item.isKept = true;
      const server = await actions.start(item.entry, avoid);
      const watch = cluster.pool.watchOf(server);
      await watch?.refresh();
      item.starts += 1;
      item.runningSince = null;
      if (watch !== null) this.noteRunning(item, watch);
      log.info(`Permanent instance ${item.entry.name} was started on ${server}.`);
    } catch (error) {
      item.isKept = false;
      if ((error as { code?: string }).code === 'NO_SERVER') this.noteNoPlace(item, errorText(error));
      else this.noteFailure(item, errorText(error), null);
      if (isOrdered) throw error;
    } finally {
      this.starting -= 1;
    }
  }

  /** The instance is seen running on a server. */
  noteRunning(item: PermanentItem, watch: ServerWatch<Client>): void {
    if (item.server !== watch.address || item.runningSince === null) {
      item.server = watch.address;
      item.runningSince = Date.now();
      item.nextAttempt = null;
      item.endIsOrdered = false;
      this.assign(item, watch.address);
    }
    item.bootId = watch.current.bootId;
    if (Date.now() - item.runningSince > GOOD_RUN) item.failures = 0;
  }

  /** The instance was seen and is gone. That its server is gone too is not its fault. */
  noteEnd(item: PermanentItem): void {
    const ranFor = Date.now() - item.runningSince!;
    item.runningSince = null;
    const watch = this.options.cluster.pool.watchOf(item.server ?? '');
    const isServerGone = watch?.isReachable !== true || watch.current.bootId !== item.bootId;
    if (isServerGone || item.endIsOrdered) {
      item.nextAttempt = null;
      item.endIsOrdered = false;
      return;
    }
    this.noteFailure(item, 'it ended', ranFor);
  }

  noteMissingConfiguration(item: PermanentItem): void {
    item.nextAttempt = Date.now() + RECHECK;
    this.setState(item, 'missing configuration');
  }

  setState(item: PermanentItem, state: PermanentState): void {
    if (item.state === state) return;
    item.state = state;
    this.options.cluster.events.emit({ type: 'permanent', permanent: viewOf(item) });
  }

  forget(instance: string): void {
    if (this.assignments.delete(instance)) this.save();
  }

  private noteFailure(item: PermanentItem, reason: string, ranFor: number | null): void {
    item.failures = failuresAfter(item.failures, ranFor);
    item.lastFailure = { time: new Date().toISOString(), reason };
    const delay = backOffDelay(item.failures);
    item.nextAttempt = Date.now() + delay;
    this.options.log.warning(
      `Permanent instance ${item.entry.name}: ${sentence(reason)} Failure ${item.failures}, next attempt in ${delay / 1000} s.`,
    );
    this.setState(item, isCrashLoop(item.failures) ? 'crash loop' : 'waiting');
  }

  /** Not the fault of the instance: it is tried again as soon as there may be a place. */
  private noteNoPlace(item: PermanentItem, reason: string): void {
    item.lastFailure = { time: new Date().toISOString(), reason };
    item.nextAttempt = Date.now() + RECHECK;
    this.setState(item, 'waiting');
  }

  private assign(item: PermanentItem, server: string): void {
    const name = this.options.actions.instanceName(item.entry);
    if (this.assignments.get(name) === server) return;
    this.assignments.set(name, server);
    this.save();
  }

  /** Nobody waits for the file: without it only the choice between two copies is less sure. */
  private save(): void {
    this.options.assignments
      .save(this.assignments)
      .catch((error) =>
        this.options.log.warning(`Where permanent instances run could not be noted: ${errorText(error)}`),
      );
  }
}
