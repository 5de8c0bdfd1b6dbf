/** The figures of all instances and workers of a cluster over time, kept in files of bounded size. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../../../common/errors.js';
import type { ClusterRecord, InstanceRecord, WorkerRecord } from '../records.js';
import { type Excerpt, Series } from './series.js';

export const INSTANCE_COLUMNS = [
  'rx',
  'tx',
  'clients',
  'throughput',
  'cpu',
  'memory',
  'dropped',
  'viewers',
] as const;
export const WORKER_COLUMNS = ['cpu', 'memory', 'rx', 'tx', 'instances'] as const;

export type Subject =
  | { readonly kind: 'instance'; readonly name: string }
  | { readonly kind: 'worker'; readonly name: string };

/** Milliseconds between writings. */
const FLUSH_INTERVAL = 20_000;
/** A thing that was not seen for so long is kept on the disk only. */
const FORGET_AFTER = 3_600_000;
const KEEP_FILES = 31 * 24 * 3_600_000;
const CLEAN_INTERVAL = 6 * 3_600_000;
/** Things that figures are kept of. */
const MAXIMUM_SERIES = 3000;
const WRITES_AT_A_TIME = 4;

interface DropCount {
  readonly total: number;
  readonly time: number;
}

export class MetricsHistory {
  private readonly series = new Map<string, Series>();
  private readonly drops = new Map<string, DropCount>();
  private readonly timers: readonly NodeJS.Timeout[];
  private writing: Promise<void> = Promise.resolve();

  /**
   * @param folder is made when it is missing
   * @param onFault told when something could not be written
   */
  constructor(
    private readonly folder: string,
    private readonly onFault: (text: string) => void,
  ) {
    mkdirSync(folder, { recursive: true });
    this.timers = [
      setInterval(() => void this.flush(false), FLUSH_INTERVAL),
      setInterval(() => void this.clean(), CLEAN_INTERVAL),
    ];
    void this.clean();
  }

  /** Takes the figures of everything that is fresh. */
  record({ instances, workers }: ClusterRecord, time = Date.now()): void {
    for (const worker of workers) {
      if (worker.state === 'ok')
        this.add({ kind: 'worker', name: worker.worker }, time, workerValues(worker));
    }
    for (const instance of instances) {
      if (instance.statistics === null || instance.state === 'unknown') continue;
      const subject = { kind: 'instance', name: instance.instance } as const;
      this.add(subject, time, this.instanceValues(instance, time));
    }
  }

  /** @param step milliseconds; null: the finest that reaches back to `from` */
  read(subject: Subject, from: number, to: number, step: number | null): Promise<Excerpt> {
    const series = this.series.get(keyOf(subject)) ?? this.newSeries(subject);
    return series.read(from, to, step, Date.now());
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.flush(true);
  }

  private flush(isEnd: boolean): Promise<void> {
    this.writing = this.writing.then(() => this.writeAll(isEnd));
    return this.writing;
  }

  private async writeAll(isEnd: boolean): Promise<void> {
    const waiting = [...this.series];
    const now = Date.now();
    const work = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [key, series] = next;
        const isOld = now - series.lastUsed > FORGET_AFTER;
        try {
          await series.flush(isEnd || isOld);
        } catch (error) {
          this.onFault(`Figures of ${key} could not be kept: ${errorText(error)}`);
        }
        if (isOld) {
          this.series.delete(key);
          this.drops.delete(key);
        }
      }
    };
    await Promise.all(Array.from({ length: WRITES_AT_A_TIME }, work));
  }

  private add(subject: Subject, time: number, values: readonly number[]): void {
    const key = keyOf(subject);
    let series = this.series.get(key);
    if (series === undefined) {
      if (this.series.size >= MAXIMUM_SERIES) return;
      series = this.newSeries(subject);
      this.series.set(key, series);
    }
    series.add(time, values);
  }

  private newSeries(subject: Subject): Series {
    const columns = subject.kind === 'instance' ? INSTANCE_COLUMNS.length : WORKER_COLUMNS.length;
    return new Series(join(this.folder, fileName(subject)), columns);
  }

  private instanceValues({ instance, statistics, viewers }: InstanceRecord, time: number): number[] {
    const { rx, tx, clients, throughput, cpu, memory, dropped } = statistics!;
    const total = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    const key = keyOf({ kind: 'instance', name: instance });
    const last = this.drops.get(key);
    this.drops.set(key, { total, time });
    // a smaller total is that of a new process
    const perSecond =
      last === undefined || total < last.total || time <= last.time
        ? Number.NaN
        : ((total - last.total) * 1000) / (time - last.time);
    return [rx, tx, known(clients), throughput, known(cpu), known(memory), perSecond, viewers];
  }

  /** Removes files of things that were not seen for a month, and the oldest beyond the limit. */
  private async clean(): Promise<void> {
    try {
      const names = await readdir(this.folder);
      const ages: { path: string; modified: number }[] = [];
      for (const name of names) {
        const path = join(this.folder, name);
        ages.push({ path, modified: (await stat(path)).mtimeMs });
      }
      ages.sort((a, b) => b.modified - a.modified);
      const oldest = Date.now() - KEEP_FILES;
      for (const [index, { path, modified }] of ages.entries()) {
        if (modified < oldest || index >= 3 * MAXIMUM_SERIES) await rm(path, { force: true });
      }
    } catch (error) {
      this.onFault(`Old figures could not be removed: ${errorText(error)}`);
    }
  }
}

function workerValues({ cpu, memory, rx, tx, instances }: WorkerRecord): number[] {
  return [known(cpu), known(memory), known(rx), known(tx), known(instances)];
}

function known(value: number | null): number {
  return value ?? Number.NaN;
}

function keyOf({ kind, name }: Subject): string {
  return `${kind} ${name}`;
}

/** Readable as far as a name can be part of a file name, and unique. */
function fileName(subject: Subject): string {
  const readable = subject.name.replace(/[^\w.-]/g, '_').slice(0, 60);
  const digest = createHash('sha256').update(keyOf(subject)).digest('hex').slice(0, 12);
  return `${subject.kind}-${readable}-${digest}`;
}
