/**
 * A dataset as rows of equal arrays: an image stack, a time series.
 */
import { type ElementType, elementSize, type TypedArray, viewElements } from '../common/dtype.js';
import { CamServerError } from '../common/errors.js';
import type { CreationOptions, DatasetHandle, Hdf5Addon } from './native.js';

export interface Creation {
  /** Texts have a fixed number of bytes. */
  readonly type: ElementType | { readonly bytes: number };
  /** Slowest dimension first, without the one that counts the rows; `[]`: one number per row; null: one value, no rows. */
  readonly rowShape: readonly number[] | null;
  /** Rows to begin with; default 0. Those that are never written hold 0. */
  readonly rows?: number;
  /** Default: any number. */
  readonly maximumRows?: number;
  /** Rows that are stored together; default: as many as fill 64 KiB. Reading one row reads all of them. */
  readonly chunkRows?: number;
  /** `bitshuffle_lz4`: the HDF5 filter 32008. Default none. */
  readonly compression?: 'none' | 'bitshuffle_lz4';
}

export const CHUNK_BYTES = 65_536;

export function creationOptions(creation: Creation): CreationOptions {
  const { type, rowShape, rows = 0, maximumRows, chunkRows, compression = 'none' } = creation;
  const isText = typeof type === 'object';
  const size = isText ? type.bytes : elementSize(type);
  const rowSize = (rowShape ?? []).reduce((product, length) => product * length, size);
  return {
    type: isText ? 'string' : type,
    elementSize: size,
    rowShape: rowShape ?? [],
    isScalar: rowShape === null,
    rows,
    maximumRows,
    chunkRows: chunkRows ?? Math.max(1, Math.floor(CHUNK_BYTES / Math.max(1, rowSize))),
    isCompressed: compression === 'bitshuffle_lz4',
  };
}

/** The file of a dataset: runs `work` after everything that was asked for before. */
interface WorkQueue {
  next<T>(work: (addon: Hdf5Addon) => Promise<T>): Promise<T>;
}

export class Hdf5Dataset {
  /** Null for texts. Half-precision floats are read as `float32`. */
  readonly type: ElementType | null;
  /** Bytes of one row in host order, or of the single value. */
  readonly rowSize: number;
  /** The shape of one row. */
  readonly rowShape: readonly number[];
  private count: number;

  constructor(
    private readonly file: WorkQueue,
    readonly path: string,
    readonly handle: DatasetHandle,
  ) {
    this.type = handle.type === 'string' ? null : (handle.type as ElementType);
    this.rowSize = handle.rowSize;
    this.rowShape = handle.shape.slice(1);
    this.count = handle.shape[0] ?? 1;
  }

  /** Number of rows; 1 for a single value. */
  get rows(): number {
    return this.count;
  }

  /** Reads rows into `target`, which must stay as it is until then. @throws CamServerError for rows that are not there */
  readInto(first: number, count: number, target: Uint8Array): Promise<void> {
    return this.file.next((addon) => addon.readRows(this.handle, first, count, target));
  }

  /** Reads rows of numbers into new memory. @throws CamServerError for rows that are not there, and for texts */
  async read(first: number, count = 1): Promise<TypedArray> {
    const { type } = this;
    if (type === null)
      throw new CamServerError('HDF5_TYPE', `Dataset '${this.path}' holds texts, not numbers`);
    const bytes = Buffer.allocUnsafeSlow(count * this.rowSize);
    await this.readInto(first, count, bytes);
    return viewElements(type, bytes.buffer, 0, bytes.length / elementSize(type));
  }

  /** Makes the dataset that long; rows beyond are forgotten. */
  async resize(rows: number): Promise<void> {
    await this.file.next((addon) => addon.resize(this.handle, rows));
    this.count = rows;
  }

  /** For the file: there are at least so many rows now. */
  grew(rows: number): void {
    this.count = Math.max(this.count, rows);
  }
}
