/**
 * One HDF5 file. All work is done on a thread of the pool, one piece after the other in the order of the calls, so that the
 * event loop never waits for a disk.
 */
import { CamServerError, errorText } from '../common/errors.js';
import { type Creation, creationOptions, Hdf5Dataset } from './dataset.js';
import { type FileHandle, type Hdf5Addon, hdf5Addon, type RowsToWrite } from './native.js';
import { enqueue } from './queue.js';

/** Rows for one dataset, see `Hdf5File.write`. */
export interface RowsOf {
  readonly dataset: Hdf5Dataset;
  /** Number of the first row; 0 for a single value. */
  readonly first: number;
  /** Default 1. */
  readonly count?: number;
  /** Exactly `count` rows in host byte order; must not be changed before the write is done. */
  readonly bytes: Uint8Array;
}

export class Hdf5File {
  private isClosed = false;

  private constructor(
    readonly path: string,
    private readonly addon: Hdf5Addon,
    private readonly handle: FileHandle,
  ) {}

  /** Opens a file for reading. @throws CamServerError when it cannot be read, or HDF5 is not installed */
  static open(path: string): Promise<Hdf5File> {
    return Hdf5File.openAs(path, 'read');
  }

  /** Creates a file for writing; one that is there is replaced. @throws CamServerError */
  static create(path: string): Promise<Hdf5File> {
    return Hdf5File.openAs(path, 'create');
  }

  /** Opens an existing file for reading and writing. @throws CamServerError */
  static append(path: string): Promise<Hdf5File> {
    return Hdf5File.openAs(path, 'append');
  }

  private static async openAs(path: string, access: 'read' | 'create' | 'append'): Promise<Hdf5File> {
    const addon = hdf5Addon();
    const handle = await enqueue(() => addon.open(path, access)).catch(fail);
    return new Hdf5File(path, addon, handle);
  }

  /** Whether there is a group or dataset of that path. */
  has(path: string): Promise<boolean> {
    return this.next(() => this.addon.has(this.handle, path));
  }

  /** @throws CamServerError when there is none, or its element type is unknown */
  async dataset(path: string): Promise<Hdf5Dataset> {
    return new Hdf5Dataset(this, path, await this.next(() => this.addon.openDataset(this.handle, path)));
  }

  /** A new dataset; groups on the way to it are created. @throws CamServerError when it is there already */
  async createDataset(path: string, creation: Creation): Promise<Hdf5Dataset> {
    const options = creationOptions(creation);
    const handle = await this.next(() => this.addon.createDataset(this.handle, path, options));
    return new Hdf5Dataset(this, path, handle);
  }

  /** Writes one text or number that has no rows. */
  async writeValue(path: string, value: string | bigint): Promise<void> {
    const text = typeof value === 'string' ? Buffer.from(value) : null;
    const dataset = await this.createDataset(path, {
      type: text === null ? 'int64' : { bytes: Math.max(1, text.length) },
      rowShape: null,
    });
    const bytes = text ?? new Uint8Array(BigInt64Array.of(value as bigint).buffer);
    await this.write([{ dataset, first: 0, bytes: bytes.length === 0 ? Buffer.alloc(1) : bytes }]);
  }

  /**
   * Writes rows of several datasets in one go; datasets grow where necessary.
   * @throws CamServerError
   */
  async write(rows: readonly RowsOf[]): Promise<void> {
    const list = rows.map(({ dataset, first, count = 1, bytes }): RowsToWrite => {
      return [dataset.handle, first, count, bytes];
    });
    await this.next(() => this.addon.writeRows(list));
    for (const { dataset, first, count = 1 } of rows) dataset.grew(first + count);
  }

  /** What was written is in the file afterwards, for readers and after a crash. */
  async flush(): Promise<void> {
    await this.next(() => this.addon.flush(this.handle));
  }

  /** Closes the file with its datasets, after everything that was asked for before. @throws CamServerError when that fails */
  async close(): Promise<void> {
    if (this.isClosed) return;
    const closing = this.next(() => this.addon.close(this.handle));
    this.isClosed = true;
    await closing;
  }

  /** For datasets: runs `work` after everything that was asked for before. */
  async next<T>(work: (addon: Hdf5Addon) => Promise<T>): Promise<T> {
    if (this.isClosed) throw new CamServerError('HDF5_CLOSED', `HDF5 file '${this.path}' is closed`);
    return enqueue(() => work(this.addon)).catch(fail);
  }
}

function fail(error: unknown): never {
  throw new CamServerError('HDF5_FAILED', errorText(error), { cause: error });
}
