/**
 * Writes messages into an HDF5 file, away from the event loop. Messages wait in a bounded queue; when the disk is too slow they
 * are refused, so that a stream never stands still for a file. Whatever ends the recording leaves a file that can be read:
 * complete rows, properly closed, also on a full disk.
 */
import { hostname, userInfo } from 'node:os';
import { CamServerError, errorText } from '../../../common/errors.js';
import type { ChannelValue, Timestamp } from '../../../common/values.js';
import { type Hdf5Dataset, Hdf5File } from '../../../hdf5/index.js';
import { type DatasetOptions, GenerationDatasets } from './datasets.js';
import { formatFileTime } from './file-time.js';
import { createRowPlanner, type Row } from './generation.js';
import { DiskReserve, requireSpace } from './reserve.js';

export interface RecorderOptions extends DatasetOptions {
  readonly path: string;
  /** Whether messages of another format begin new datasets; otherwise they are an error. */
  readonly change: boolean;
  /** Called once when writing failed; the file is closed then. */
  failed(error: Error): void;
}

/** Messages and bytes that may wait. */
const LONGEST_QUEUE = 1000;
const LARGEST_QUEUE = 256 * 1024 * 1024;
/** Messages, and bytes, that are written together. */
const BATCH = 16;
const BATCH_BYTES = 1024 * 1024;
/** Milliseconds after which what was written is in the file also if this process is killed. */
const FLUSH_INTERVAL = 1000;
/** Bytes for the structure of the file itself. */
const STRUCTURE = 2 * 1024 * 1024;

export class Hdf5Recorder {
  readonly #plan: ReturnType<typeof createRowPlanner>;
  readonly #queue: Row[] = [];
  readonly #roomWaiters: (() => void)[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> | null = null;
  readonly #generations: GenerationDatasets[] = [];
  #rowsAccepted = 0;
  #flushedRows = 0;
  #isFlushDue = false;
  #flushTimer: NodeJS.Timeout | undefined;
  #lastFlush = performance.now();
  #failure: Error | null = null;
  #isClosed = false;

  private constructor(
    private readonly options: RecorderOptions,
    private readonly file: Hdf5File,
    private readonly generationCount: Hdf5Dataset,
    private readonly reserve: DiskReserve,
  ) {
    this.#plan = createRowPlanner(options.change);
  }

  /** Begins a file; one that is there is replaced. @throws CamServerError */
  static async create(options: RecorderOptions): Promise<Hdf5Recorder> {
    const file = await Hdf5File.create(options.path);
    const reserve = new DiskReserve(`${options.path}.reserve`);
    try {
      await reserve.grow(STRUCTURE);
      await file.writeValue('/general/created', formatFileTime(new Date()));
      await file.writeValue('/general/user', userName());
      await file.writeValue('/general/pid', BigInt(process.pid));
      await file.writeValue('/general/host', hostname());
      const count = await file.createDataset('/general/datasets', { type: 'int64', rowShape: null });
      await file.write([{ dataset: count, first: 0, bytes: new Uint8Array(8) }]);
      await file.flush();
      return new Hdf5Recorder(options, file, count, reserve);
    } catch (error) {
      await reserve.release();
      await file.close().catch(() => {});
      throw error;
    }
  }

  /** Messages that are in the file. */
  get rows(): number {
    return this.#generations.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** Bytes that wait. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /**
   * Takes a message over; its arrays must not be changed afterwards.
   * @returns false when there is no room
   * @throws Error for a message that does not fit the file, and after a failure
   */
  push(values: ReadonlyMap<string, ChannelValue>, pulseId: bigint, timestamp: Timestamp): boolean {
    if (this.#failure !== null) throw this.#failure;
    if (!this.hasRoom) return false;
    const { rows } = this.options;
    if (rows !== null && this.#rowsAccepted >= rows) {
      throw new Error('HDF5 Writer reached the total number of records');
    }
    const row = this.#plan(values, pulseId, timestamp);
    this.#queue.push(row);
    this.#rowsAccepted += 1;
    this.#queuedBytes += row.bytes;
    this.#writing ??= this.work();
    return true;
  }

  /** Resolves when `push` has room again, or writing failed. */
  async room(): Promise<void> {
    while (!this.hasRoom && this.#failure === null) {
      await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
    }
  }

  /** Writes what waits and closes the file. @throws Error when that fails; a failure that was told before is not repeated */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#flushTimer);
    while (this.#writing !== null) await this.#writing;
    clearTimeout(this.#flushTimer);
    if (this.#failure !== null) return;
    try {
      await this.finish();
      await this.reserve.release();
    } catch (error) {
      throw await this.rescue(error);
    }
  }

  private get hasRoom(): boolean {
    return this.#queue.length < LONGEST_QUEUE && this.#queuedBytes < LARGEST_QUEUE;
  }

  /** Writes what waits, and hands everything to the system when that is due. */
  private async work(): Promise<void> {
    clearTimeout(this.#flushTimer);
    try {
      while (this.#queue.length > 0) await this.writeBatch();
      if (this.#isFlushDue) await this.flush();
    } catch (error) {
      this.options.failed(await this.rescue(error));
    }
    this.#writing = null;
    this.wakeWaiters();
    if (this.#failure !== null) return;
    if (this.#queue.length > 0) this.#writing = this.work();
    else this.#flushTimer = setTimeout(() => this.flushSoon(), FLUSH_INTERVAL).unref();
  }

  /** Nothing has come for a while. */
  private flushSoon(): void {
    if (this.#isClosed || this.#flushedRows === this.rows) return;
    this.#isFlushDue = true;
    this.#writing ??= this.work();
  }

  private async writeBatch(): Promise<void> {
    const rows = this.takeBatch();
    const datasets = await this.datasetsOf(rows[0]!);
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
    await requireSpace(this.options.path, bytes + STRUCTURE + datasets.outstanding);
    await this.file.write(datasets.plan(rows));
    datasets.written(rows.length);
    this.#queuedBytes -= bytes;
    this.wakeWaiters();
    if (performance.now() - this.#lastFlush >= FLUSH_INTERVAL) await this.flush();
  }

  /** The next messages of one generation. */
  private takeBatch(): Row[] {
    const queue = this.#queue;
    const { generation } = queue[0]!;
    let { bytes } = queue[0]!;
    let count = 1;
    while (count < Math.min(BATCH, queue.length) && queue[count]!.generation === generation) {
      bytes += queue[count]!.bytes;
      if (bytes > BATCH_BYTES) break;
      count += 1;
    }
    return queue.splice(0, count);
  }

  private async datasetsOf({ generation }: Row): Promise<GenerationDatasets> {
    const last = this.#generations.at(-1);
    if (last !== undefined && this.#generations.length === generation.number) return last;
    await last?.trim();
    const { rows: limit } = this.options;
    const rows = limit === null ? null : Math.max(1, limit - this.rows);
    const datasets = await GenerationDatasets.create(this.file, generation, { ...this.options, rows });
    this.#generations.push(datasets);
    await this.reserve.grow(STRUCTURE + datasets.outstanding);
    const bytes = new Uint8Array(BigInt64Array.of(BigInt(generation.number)).buffer);
    await this.file.write([{ dataset: this.generationCount, first: 0, bytes }]);
    return datasets;
  }

  private async flush(): Promise<void> {
    await this.file.flush();
    for (const datasets of this.#generations) datasets.flushed();
    this.#flushedRows = this.rows;
    this.#isFlushDue = false;
    this.#lastFlush = performance.now();
  }

  private async finish(): Promise<void> {
    for (const datasets of this.#generations) await datasets.trim();
    await this.flush();
    await this.file.close();
  }

  /** Closes the file with the rows that are complete; what waits is lost. @returns the failure as it is told */
  private async rescue(cause: unknown): Promise<Error> {
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    const isLibraryFailure = cause instanceof CamServerError && cause.code === 'HDF5_FAILED';
    if (isLibraryFailure) for (const datasets of this.#generations) datasets.forgetUnsafe();
    await this.reserve.release().catch(() => {});
    const { path } = this.options;
    const remains = await this.finish().then(
      () => `${this.rows} complete messages are in '${path}'`,
      (error) => `'${path}' could not be closed properly: ${errorText(error)}`,
    );
    this.#failure = new CamServerError('RECORDING_FAILED', `${errorText(cause)}. ${remains}`, { cause });
    return this.#failure;
  }

  private wakeWaiters(): void {
    for (const wake of this.#roomWaiters.splice(0)) wake();
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // a process may run under a number without a name
    return String(process.getuid?.() ?? '');
  }
}
