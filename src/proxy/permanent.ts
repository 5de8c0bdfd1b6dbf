/**
 * Keeps the permanent instances running: starts what is missing, in parallel and with back-off; on another server when the
 * first one is gone; and leaves one copy when a lost server returns with its own.
 */
import type { InstanceClient } from '../client/index.js';
import { errorText, sentence } from '../common/errors.js';
import type { PermanentView } from './cluster-view.js';
import { newestCopy } from './duplicates.js';
import { FrozenWatch } from './frozen.js';
import { isSameEntry, newPermanentItem, type PermanentItem, viewOf } from './permanent-item.js';
import type { PermanentEntry } from './permanent-list.js';
import type { PermanentOptions } from './permanent-options.js';
import { PermanentRuns } from './permanent-runs.js';
import type { LocatedInstance } from './pool.js';

/** Milliseconds between two looks at everything when nothing happens. */
const REVIEW_INTERVAL = 500;

export class PermanentInstances<Client extends InstanceClient = InstanceClient> {
  private items: PermanentItem[] = [];
  private readonly runs: PermanentRuns<Client>;
  private readonly frozenWatch: FrozenWatch;
  private markBegun: () => void = () => {};
  private readonly begun = new Promise<void>((resolve) => {
    this.markBegun = resolve;
  });
  private timer: NodeJS.Timeout | null = null;
  private review: Promise<void> | null = null;
  private isReviewWanted = false;
  private isClosed = false;
  private stopListening: () => void = () => {};

  constructor(private readonly options: PermanentOptions<Client>) {
    this.runs = new PermanentRuns(options);
    this.frozenWatch = new FrozenWatch(
      (record) => options.actions.isCameraSending(record),
      options.frozenAfter,
    );
  }

  /** Takes the stored list; nothing is started before `begin`. */
  async load(entries: readonly PermanentEntry[]): Promise<void> {
    await this.runs.load();
    this.items = entries.map((entry) => this.newItem(entry));
  }

  /** Begins when each server was heard or given up: what runs already is left alone. Changes of the list wait for that. */
  async begin(): Promise<void> {
    const { pool, events } = this.options.cluster;
    await pool.settled();
    if (!this.isClosed) {
      this.stopListening = events.listen((event) => {
        if (event.type !== 'permanent' && event.type !== 'polled') this.reviewSoon();
      });
      this.timer = setInterval(() => this.reviewSoon(), REVIEW_INTERVAL);
      this.reviewSoon();
    }
    this.markBegun();
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
    await this.begun;
    const before = this.items;
    this.items = entries.map(
      (entry) => before.find((item) => isSameEntry(item.entry, entry)) ?? this.newItem(entry),
    );
    const removed = before.filter((item) => item.entry.enabled && !this.items.includes(item));
    await Promise.all(removed.map((item) => this.dismiss(item)));
    await this.reviewNow();
    await Promise.all(this.items.map((item) => item.busy));
  }

  /**
   * Starts an instance on another server and then stops the copy it replaces.
   * @returns the address of its new server
   */
  async move(instance: string, avoid: readonly string[]): Promise<string> {
    const { cluster, instances } = this.options;
    const item = this.itemOf(instance)!;
    await item.busy;
    const before = cluster.pool.locateAll(instance);
    await this.working(item, async () => {
      await this.runs.start(item, avoid, true);
      for (const { watch } of before) {
        if (watch.address !== item.server) await instances.stopOn(watch, instance);
      }
      await cluster.pool.refresh();
    });
    return item.server ?? '';
  }

  /** Stops the instance and starts it again at once. @param avoid addresses of servers that must not be chosen */
  async restart(instance: string, avoid: readonly string[]): Promise<void> {
    const item = this.itemOf(instance)!;
    await item.busy;
    await this.working(item, async () => {
      await this.options.instances.stop(instance);
      await this.options.cluster.pool.refresh();
      item.failures = 0;
      await this.runs.start(item, avoid, true);
    });
  }

  close(): void {
    this.isClosed = true;
    this.stopListening();
    if (this.timer !== null) clearInterval(this.timer);
  }

  private newItem(entry: PermanentEntry): PermanentItem {
    return newPermanentItem(entry, this.runs.assignedServer(this.options.actions.instanceName(entry)));
  }

  private itemOf(instance: string): PermanentItem | null {
    const { actions } = this.options;
    const found = this.items.find(({ entry }) => entry.enabled && actions.instanceName(entry) === instance);
    return found ?? null;
  }

  private reviewSoon(): void {
    if (this.isClosed) return;
    if (this.review !== null) {
      this.isReviewWanted = true;
      return;
    }
    this.reviewNow().catch((error) =>
      this.options.log.error(`Permanent instances: ${errorText(error)}`, error),
    );
  }

  /** One review at a time; what happens during one is looked at in the next. */
  private async reviewNow(): Promise<void> {
    await this.review?.catch(() => {});
    this.review = Promise.all(this.items.map((item) => this.reviewItem(item)))
      .then(() => {})
      .finally(() => {
        this.review = null;
        if (!this.isReviewWanted) return;
        this.isReviewWanted = false;
        setImmediate(() => this.reviewSoon());
      });
    await this.review;
  }

  private async reviewItem(item: PermanentItem): Promise<void> {
    if (this.isClosed || !item.entry.enabled || item.busy !== null) return;
    const copies = this.options.cluster.pool.locateAll(this.options.actions.instanceName(item.entry));
    if (copies.length > 0) this.reviewRunning(item, copies);
    else await this.reviewMissing(item);
  }

  private reviewRunning(item: PermanentItem, copies: readonly LocatedInstance<Client>[]): void {
    const kept = newestCopy(copies, item.server);
    this.runs.noteRunning(item, kept.watch);
    if (!item.isKept) {
      item.isKept = true;
      this.options.actions.keepAlive(item.entry, kept).catch((error) => {
        item.isKept = false;
        this.options.log.warning(`Permanent instance ${item.entry.name}: ${errorText(error)}`);
      });
    }
    const surplus = copies.filter((copy) => copy !== kept);
    if (surplus.length > 0) this.stopSurplus(item, kept, surplus);
    this.lookWhetherFrozen(item, kept);
  }

  /** Stopping a copy that hangs takes long; the one that is kept is looked after meanwhile. */
  private stopSurplus(
    item: PermanentItem,
    kept: LocatedInstance<Client>,
    surplus: readonly LocatedInstance<Client>[],
  ): void {
    const { duplicates, actions } = this.options;
    void duplicates.giveWay(actions.instanceName(item.entry), kept, surplus).then((isDone) => {
      if (isDone) this.reviewSoon();
    });
  }

  /** The camera may have to be asked; nothing else waits for that. */
  private lookWhetherFrozen(item: PermanentItem, { record, watch }: LocatedInstance<Client>): void {
    void this.frozenWatch.look(item.entry.name, record).then((frozen) => {
      if (item.busy !== null || item.runningSince === null || item.server !== watch.address) return;
      item.frozen = frozen;
      this.runs.setState(item, frozen === null ? 'running' : 'frozen');
      if (frozen === null || !this.options.restartFrozen) return;
      this.options.log.warning(`${item.entry.name} is replaced: ${sentence(frozen)}`);
      void this.working(item, () => this.replace(item, watch.address));
    });
  }

  /** On another server, beside the frozen copy, which may take long to end; only where there is none, after its end. */
  private async replace(item: PermanentItem, server: string): Promise<void> {
    this.frozenWatch.forget(item.entry.name);
    try {
      await this.runs.start(item, [server], true);
    } catch (error) {
      if ((error as { code?: string }).code !== 'NO_SERVER') throw error;
      await this.options.instances.stop(this.options.actions.instanceName(item.entry));
    }
  }

  private async reviewMissing(item: PermanentItem): Promise<void> {
    item.isKept = false;
    item.frozen = null;
    this.frozenWatch.forget(item.entry.name);
    if (item.runningSince !== null) this.runs.noteEnd(item);
    if (item.nextAttempt !== null && Date.now() < item.nextAttempt) return;
    if (!(await this.options.actions.hasConfiguration(item.entry.configuration))) {
      this.runs.noteMissingConfiguration(item);
      return;
    }
    if (item.busy === null && this.runs.hasRoom) void this.working(item, () => this.runs.start(item, []));
  }

  /** Stops the instance of an entry that is no longer listed. */
  private async dismiss(item: PermanentItem): Promise<void> {
    const name = this.options.actions.instanceName(item.entry);
    await item.busy;
    // another entry keeps the same instance running
    if (this.itemOf(name)?.entry.configuration === item.entry.configuration) return;
    try {
      await this.options.instances.stop(name);
    } catch (error) {
      this.options.log.warning(
        `${name} is no longer permanent but could not be stopped: ${errorText(error)}`,
      );
    }
    if (this.itemOf(name) === null) this.runs.forget(name);
  }

  /** Marks an item as being worked on until `work` is done; failures are logged where they are not the caller's. */
  private working(item: PermanentItem, work: () => Promise<void>): Promise<void> {
    const result = work().finally(() => {
      item.busy = null;
      this.reviewSoon();
    });
    item.busy = result.catch((error) =>
      this.options.log.warning(`Permanent instance ${item.entry.name}: ${errorText(error)}`),
    );
    return result;
  }
}
