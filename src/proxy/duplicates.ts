/**
 * Leaves one copy of an instance that runs on several servers, as when one was cut off, the instance was started on another,
 * and the first comes back with its own. The copy that was started last stays, and its clients notice nothing.
 */
import type { InstanceClient } from '../client/index.js';
import { errorText } from '../common/errors.js';
import type { Logger } from '../common/logging.js';
import { parseStartTime } from '../common/time.js';
import type { Cluster } from './cluster.js';
import type { LocatedInstance } from './pool.js';
import type { PoolInstances } from './pool-instances.js';

export interface DuplicatesOptions<Client extends InstanceClient> {
  readonly cluster: Cluster<Client>;
  readonly instances: PoolInstances<Client>;
  readonly log: Logger;
}

interface ReportedCopy extends Pick<LocatedInstance, 'record'> {
  readonly watch: Pick<LocatedInstance['watch'], 'address' | 'age'>;
}

export class Duplicates<Client extends InstanceClient = InstanceClient> {
  /** Names whose copies are looked at or stopped at the moment. */
  private readonly underWay = new Set<string>();

  constructor(private readonly options: DuplicatesOptions<Client>) {}

  /**
   * Looks at each report of a server from now on; the returned function ends that.
   * @param isOthers whether somebody else decides about an instance
   */
  watch(isOthers: (name: string) => boolean): () => void {
    const { events, pool } = this.options.cluster;
    return events.listen((event) => {
      if (event.type !== 'polled') return;
      const here = pool.watchOf(event.server);
      const others = pool.watches().filter((watch) => watch !== here);
      for (const name of Object.keys(here?.current.instances ?? {})) {
        const isTwice = others.some(({ current }) => Object.hasOwn(current.instances, name));
        if (isTwice && !isOthers(name)) void this.reconcile(name);
      }
    });
  }

  /**
   * Stops the copies that give way, once at a time for each name. Stopping one that hangs takes long.
   * @returns false when copies of that name are being stopped already
   */
  async giveWay(
    name: string,
    kept: LocatedInstance<Client>,
    surplus: readonly LocatedInstance<Client>[],
  ): Promise<boolean> {
    if (this.underWay.has(name)) return false;
    this.underWay.add(name);
    try {
      await this.stop(name, kept, surplus);
    } finally {
      this.underWay.delete(name);
    }
    return true;
  }

  /** What two reports of different age show may be one instance that was moved: so all are asked anew. */
  private async reconcile(name: string): Promise<void> {
    if (this.underWay.has(name)) return;
    this.underWay.add(name);
    try {
      const { pool } = this.options.cluster;
      await Promise.all(pool.locateAll(name).map(({ watch }) => watch.refresh()));
      const copies = pool.locateAll(name);
      // which copy is the newest is known when none is on its way any more
      if (copies.length < 2 || copies.some(isStarting) || pool.reservations.has(name)) return;
      const kept = newestCopy(copies, this.options.cluster.lastServerOf(name));
      await this.stop(
        name,
        kept,
        copies.filter((copy) => copy !== kept),
      );
    } finally {
      this.underWay.delete(name);
    }
  }

  /** Never throws: what could not be stopped is seen again in the next report. */
  private async stop(
    name: string,
    kept: LocatedInstance<Client>,
    surplus: readonly LocatedInstance<Client>[],
  ): Promise<void> {
    const { cluster, instances, log } = this.options;
    await Promise.all(
      surplus.map(async ({ watch }) => {
        const [keptOn, stopped] = [kept.watch.address, watch.address];
        log.warning(`${name} runs twice: it stays on ${keptOn} and is stopped on ${stopped}.`);
        try {
          await instances.stopOn(watch, name);
          await watch.refresh();
          cluster.events.emit({ type: 'duplicate', name, kept: keptOn, stopped });
        } catch (error) {
          log.warning(`${name} runs twice: ${errorText(error)}`);
        }
      }),
    );
  }
}

/** The copy on the server where the instance was last started, if that is known and there is one; else the youngest. */
export function newestCopy<Copy extends ReportedCopy>(
  copies: readonly Copy[],
  lastServer: string | null,
): Copy {
  return (
    copies.find(({ watch }) => watch.address === lastServer) ??
    copies.reduce((youngest, copy) => (ageOf(copy) < ageOf(youngest) ? copy : youngest))
  );
}

/**
 * Milliseconds that a copy has been running, as its server counted them, and since that report. The clocks of two hosts may
 * differ by more than the ages; only servers that count nothing are taken at their clock. One that is being started is
 * younger than all that run.
 */
function ageOf(copy: ReportedCopy): number {
  const { record, watch } = copy;
  if (isStarting(copy)) return Number.NEGATIVE_INFINITY;
  if (typeof record.running_ms === 'number') return record.running_ms + (watch.age ?? 0);
  return Date.now() - parseStartTime(String(record.last_start_time))!;
}

function isStarting({ record }: Pick<LocatedInstance, 'record'>): boolean {
  return parseStartTime(String(record.last_start_time ?? '')) === null;
}
