/**
 * Keeps the permanent instances running: starts what is missing, in parallel and with back-off; on another server when the
 * first one is gone; and leaves one copy when a lost server returns with its own.
 */
import type { InstanceClient } from '../client/index.js';
import { errorText } from '../common/errors.js';
import type { JsonObject } from '../common/json.js';
import type { Logger } from '../common/logging.js';
import { backOffDelay, failuresAfter, GOOD_RUN, isCrashLoop } from './back-off.js';
import type { Cluster } from './cluster.js';
import type { PermanentState, PermanentView } from './cluster-view.js';
import { FrozenWatch } from './frozen.js';
import { isSameEntry, newPermanentItem, type PermanentItem, viewOf } from './permanent-item.js';
import type { PermanentEntry } from './permanent-list.js';
import type { LocatedInstance } from './pool.js';
import type { PoolInstances } from './pool-instances.js';

/** What a family does for its permanent instances. */
export interface PermanentActions<Client extends InstanceClient = InstanceClient> {
  /** The name under which the instance of an entry runs. */
  instanceName(entry: PermanentEntry): string;
  hasConfiguration(name: string): Promise<boolean>;
  /**
   * Starts the instance of an entry so that it does not end for lack of clients.
   * @param avoid addresses of servers that must not be chosen
   * @returns the address of its server
   */
  start(entry: PermanentEntry, avoid: readonly string[]): Promise<string>;
  /** Sees to it that an instance that ran already does not end for lack of clients. */
  keepAlive(entry: PermanentEntry, running: LocatedInstance<Client>): Promise<void>;
  /** Whether images come from the camera of an instance at the moment; null when that cannot be told. */
  isCameraSending(record: JsonObject): Promise<boolean | null>;
}

/** Where each instance was last started, so that after a restart of the manager the newest copy is known. */
export interface AssignmentStore {
  load(): Promise<ReadonlyMap<string, string>>;
  save(assignments: ReadonlyMap<string, string>): Promise<void>;
}

export interface PermanentOptions<Client extends InstanceClient> {
  readonly cluster: Cluster<Client>;
  readonly instances: PoolInstances<Client>;
  readonly actions: PermanentActions<Client>;
  readonly assignments: AssignmentStore;
  /** Stop frozen instances, so that they are started again. */
  readonly restartFrozen: boolean;
  readonly log: Logger;
}

/** Milliseconds between two looks at everything when nothing happens. */
const REVIEW_INTERVAL = 500;
/** Milliseconds until a missing configuration, or a pool without a place, is looked at again. */
const RECHECK = 1000;
const PARALLEL_STARTS = 8;

export class PermanentInstances<Client extends InstanceClient = InstanceClient> {
  private items: PermanentItem[] = [];
  private assignments = new Map<string, string>();
  private readonly frozenWatch: FrozenWatch;
  private timer: NodeJS.Timeout | null = null;
  private isReviewing = false;
  private isClosed = false;
  private starting = 0;
  private stopListening: () => void = () => {};

  constructor(private readonly options: PermanentOptions<Client>) {
    this.frozenWatch = new FrozenWatch((record) => options.actions.isCameraSending(record));
  }

  /** Begins with the stored list, after each server was heard or given up: what runs already is left alone. */
  async begin(entries: readonly PermanentEntry[]): Promise<void> {
    this.assignments = new Map(await this.options.assignments.load());
    this.items = entries.map((entry) => this.newItem(entry));
    await this.options.cluster.pool.settled();
    if (this.isClosed) return;
    this.stopListening = this.options.cluster.events.listen((event) => {
      if (event.type !== 'permanent' && event.type !== 'polled') this.reviewSoon();
    });
    this.timer = setInterval(() => this.reviewSoon(), REVIEW_INTERVAL);
    this.reviewSoon();
  }

  entries(): PermanentEntry[] {
    return this.items.map((item) => item.entry);
  }

  /** The enabled entry whose instance has this name; null when it is not permanent. */
  entryOf(instance: string): PermanentEntry | null {
    return this.itemOf(instance)?.entry ?? null;
  }

  view(): PermanentView[] {
    return this.items.map((item) => viewOf(item));
  }

  /** Says that an instance is about to be stopped on purpose. */
  expectEnd(instance: string): void {
    const item = this.itemOf(instance);
    if (item !== null) item.endIsOrdered = true;
  }

  /** Takes over a new list: stops what is no longer in it, starts what is new, and waits for the first attempts. */
  async apply(entries: readonly PermanentEntry[]): Promise<void> {
    const before = this.items;
    this.items = entries.map(
      (entry) => before.find((item) => isSameEntry(item.entry, entry)) ?? this.newItem(entry),
    );
    const removed = before.filter((item) => item.entry.enabled && !this.items.includes(item));
    await Promise.all(removed.map((item) => this.dismiss(item)));
    await this.review();
    await Promise.all(this.items.map((item) => item.busy));
  }

  /**
   * Starts an instance on another server and then stops the copy it replaces.
   * @returns the address of its new server
   */
  async move(instance: string, avoid: readonly string[]): Promise<string> {
    const item = this.itemOf(instance)!;
    await item.busy;
    const before = this.options.cluster.pool.locateAll(instance);
    await this.begins(item, async () => {
      await this.startItem(item, avoid, true);
      for (const { watch } of before) {
        if (watch.address !== item.server) await this.options.instances.stopOn(watch, instance);
      }
      await this.options.cluster.pool.refresh();
    });
    return item.server ?? '';
  }

  /** Stops the instance and starts it again at once. @param avoid addresses of servers that must not be chosen */
  async restart(instance: string, avoid: readonly string[]): Promise<void> {
    const item = this.itemOf(instance)!;
    await item.busy;
    await this.begins(item, async () => {
      await this.options.instances.stop(instance);
      await this.options.cluster.pool.refresh();
      item.failures = 0;
      await this.startItem(item, avoid, true);
    });
  }

  close(): void {
    this.isClosed = true;
    this.stopListening();
    if (this.timer !== null) clearInterval(this.timer);
  }

  private newItem(entry: PermanentEntry): PermanentItem {
    return newPermanentItem(entry, this.assignments.get(this.options.actions.instanceName(entry)) ?? null);
  }

  private itemOf(instance: string): PermanentItem | null {
    const { actions } = this.options;
    const found = this.items.find(({ entry }) => entry.enabled && actions.instanceName(entry) === instance);
    return found ?? null;
  }

  private reviewSoon(): void {
    if (this.isReviewing || this.isClosed) return;
    this.isReviewing = true;
    setImmediate(() => {
      this.isReviewing = false;
      this.review().catch((error) =>
        this.options.log.error(`Permanent instances: ${errorText(error)}`, error),
      );
    });
  }

  private async review(): Promise<void> {
    for (const item of this.items) {
      if (this.isClosed) return;
      if (!item.entry.enabled || item.busy !== null) continue;
      const copies = this.copiesOf(item);
      if (copies.length > 0) await this.reviewRunning(item, copies);
      else await this.reviewMissing(item);
    }
  }

  private copiesOf(item: PermanentItem): LocatedInstance<Client>[] {
    return this.options.cluster.pool.locateAll(this.options.actions.instanceName(item.entry));
  }

  private async reviewRunning(
    item: PermanentItem,
    copies: readonly LocatedInstance<Client>[],
  ): Promise<void> {
    const kept = this.newest(item, copies);
    for (const copy of copies) if (copy !== kept) this.stopDuplicate(item, kept, copy);
    const { address } = kept.watch;
    if (item.server !== address || item.runningSince === null) {
      item.server = address;
      item.runningSince = Date.now();
      item.nextAttempt = null;
      item.endIsOrdered = false;
      await this.assign(item, address);
    }
    item.bootId = kept.watch.current.bootId;
    if (Date.now() - item.runningSince > GOOD_RUN) item.failures = 0;
    if (!item.isKept) {
      item.isKept = true;
      this.options.actions.keepAlive(item.entry, kept).catch((error) => {
        item.isKept = false;
        this.options.log.warning(`Permanent instance ${item.entry.name}: ${errorText(error)}`);
      });
    }
    item.frozen = await this.frozenWatch.look(item.entry.name, kept.record);
    this.setState(item, item.frozen === null ? 'running' : 'frozen');
    if (item.frozen !== null && this.options.restartFrozen && item.busy === null) {
      this.options.log.warning(`${item.entry.name} is stopped to be started again: ${item.frozen}`);
      item.endIsOrdered = true;
      void this.begins(item, () =>
        this.options.instances.stop(this.options.actions.instanceName(item.entry)),
      );
    }
  }

  /** The copy that was started last: the assigned one, or the one with the latest start time. */
  private newest(item: PermanentItem, copies: readonly LocatedInstance<Client>[]): LocatedInstance<Client> {
    const assigned = copies.find((copy) => copy.watch.address === item.server);
    if (assigned !== undefined) return assigned;
    const startOf = ({ record }: LocatedInstance<Client>): string => String(record.last_start_time ?? '');
    return copies.reduce((newest, copy) => (startOf(copy) > startOf(newest) ? copy : newest));
  }

  private stopDuplicate(
    item: PermanentItem,
    kept: LocatedInstance<Client>,
    copy: LocatedInstance<Client>,
  ): void {
    const { cluster, instances, actions, log } = this.options;
    const name = actions.instanceName(item.entry);
    const stopped = copy.watch.address;
    log.warning(`${name} runs twice: it stays on ${kept.watch.address} and is stopped on ${stopped}.`);
    void this.begins(item, async () => {
      await instances.stopOn(copy.watch, name);
      await copy.watch.refresh();
      cluster.events.emit({ type: 'duplicate', name, kept: kept.watch.address, stopped });
    });
  }

  private async reviewMissing(item: PermanentItem): Promise<void> {
    item.isKept = false;
    item.frozen = null;
    this.frozenWatch.forget(item.entry.name);
    if (item.runningSince !== null) this.noteEnd(item);
    if (item.nextAttempt !== null && Date.now() < item.nextAttempt) return;
    if (this.starting >= PARALLEL_STARTS) return;
    if (!(await this.options.actions.hasConfiguration(item.entry.configuration))) {
      item.nextAttempt = Date.now() + RECHECK;
      this.setState(item, 'missing configuration');
      return;
    }
    if (item.busy === null) void this.begins(item, () => this.startItem(item, []));
  }

  /** The instance was seen and is gone. That its server is gone too is not its fault. */
  private noteEnd(item: PermanentItem): void {
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

  private async startItem(item: PermanentItem, avoid: readonly string[], isOrdered = false): Promise<void> {
    const { actions, cluster, log } = this.options;
    this.setState(item, 'starting');
    this.starting += 1;
    try {
      item.isKept = true;
      const server = await actions.start(item.entry, avoid);
      item.starts += 1;
      item.server = server;
      item.runningSince = Date.now();
      item.endIsOrdered = false;
      await this.assign(item, server);
      const watch = cluster.pool.watchOf(server);
      await watch?.refresh();
      item.bootId = watch?.current.bootId ?? null;
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

  private noteFailure(item: PermanentItem, reason: string, ranFor: number | null): void {
    item.failures = failuresAfter(item.failures, ranFor);
    item.lastFailure = { time: new Date().toISOString(), reason };
    const delay = backOffDelay(item.failures);
    item.nextAttempt = Date.now() + delay;
    this.options.log.warning(
      `Permanent instance ${item.entry.name}: ${reason}. Failure ${item.failures}, next attempt in ${delay / 1000} s.`,
    );
    this.setState(item, isCrashLoop(item.failures) ? 'crash loop' : 'waiting');
  }

  private noteNoPlace(item: PermanentItem, reason: string): void {
    item.lastFailure = { time: new Date().toISOString(), reason };
    item.nextAttempt = Date.now() + RECHECK;
    this.setState(item, 'waiting');
  }

  /** Stops the instance of an entry that is no longer listed. */
  private async dismiss(item: PermanentItem): Promise<void> {
    const name = this.options.actions.instanceName(item.entry);
    await item.busy;
    // it may stand in the list under another entry
    if (this.itemOf(name) !== null && isSameEntry(this.itemOf(name)!.entry, item.entry)) return;
    try {
      await this.options.instances.stop(name);
    } catch (error) {
      this.options.log.warning(
        `${name} is no longer permanent but could not be stopped: ${errorText(error)}`,
      );
    }
    this.assignments.delete(name);
    await this.saveAssignments();
  }

  /** Marks an item as being worked on until `work` is done; failures are logged where they are not the caller's. */
  private begins(item: PermanentItem, work: () => Promise<void>): Promise<void> {
    const result = work().finally(() => {
      item.busy = null;
      this.reviewSoon();
    });
    item.busy = result.catch((error) =>
      this.options.log.warning(`Permanent instance ${item.entry.name}: ${errorText(error)}`),
    );
    return result;
  }

  private setState(item: PermanentItem, state: PermanentState): void {
    if (item.state === state) return;
    item.state = state;
    this.options.cluster.events.emit({ type: 'permanent', permanent: viewOf(item) });
  }

  private async assign(item: PermanentItem, server: string): Promise<void> {
    const name = this.options.actions.instanceName(item.entry);
    if (this.assignments.get(name) === server) return;
    this.assignments.set(name, server);
    await this.saveAssignments();
  }

  private async saveAssignments(): Promise<void> {
    try {
      await this.options.assignments.save(this.assignments);
    } catch (error) {
      this.options.log.warning(`Where permanent instances run could not be noted: ${errorText(error)}`);
    }
  }
}
