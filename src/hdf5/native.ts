/**
 * The typed border of the HDF5 addon.
 */
import { loadAddon } from '../common/addon.js';
import { CamServerError } from '../common/errors.js';

declare const file: unique symbol;
declare const dataset: unique symbol;

/** An open file of the library. */
export interface FileHandle {
  readonly [file]: true;
}

/** An open dataset of the library, as it was when it was opened. */
export interface DatasetHandle {
  readonly [dataset]: true;
  /** `uint8` … `float64`, `bool` or `string`. */
  readonly type: string;
  readonly elementSize: number;
  readonly shape: readonly number[];
  /** Bytes of one row, or of the single value. */
  readonly rowSize: number;
}

export interface CreationOptions {
  readonly type: string;
  readonly elementSize: number;
  readonly rowShape: readonly number[];
  readonly isScalar: boolean;
  readonly rows: number;
  readonly maximumRows?: number;
  readonly chunkRows: number;
  readonly isCompressed: boolean;
}

export type RowsToWrite = readonly [dataset: DatasetHandle, first: number, count: number, bytes: Uint8Array];

/** Every call works on a thread of the pool and rejects with what the library says. */
export interface Hdf5Addon {
  open(path: string, access: 'read' | 'create' | 'append'): Promise<FileHandle>;
  has(file: FileHandle, path: string): Promise<boolean>;
  openDataset(file: FileHandle, path: string): Promise<DatasetHandle>;
  createDataset(file: FileHandle, path: string, options: CreationOptions): Promise<DatasetHandle>;
  resize(dataset: DatasetHandle, rows: number): Promise<void>;
  readRows(dataset: DatasetHandle, first: number, count: number, target: Uint8Array): Promise<void>;
  writeRows(rows: readonly RowsToWrite[]): Promise<void>;
  flush(file: FileHandle): Promise<void>;
  close(file: FileHandle): Promise<void>;
}

/** @throws CamServerError saying what to install */
export function hdf5Addon(): Hdf5Addon {
  const { addon, reason } = loadAddon<Hdf5Addon>('camserver_hdf5');
  if (addon !== null) return addon;
  throw new CamServerError(
    'HDF5_NOT_AVAILABLE',
    `HDF5 is not available: install libhdf5-dev and run 'npm run setup' (${reason})`,
  );
}
