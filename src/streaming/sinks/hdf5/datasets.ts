/**
 * The datasets of one generation.
 */
import type { ChannelValue, Timestamp } from '../../../common/values.js';
import {
  CHUNK_BYTES,
  type Creation,
  type Hdf5Dataset,
  type Hdf5File,
  type RowsOf,
} from '../../../hdf5/index.js';
import { bytesOf, type Column, creationOf, encode } from './column.js';
import type { Generation, Row } from './generation.js';
import { type LayoutName, pathsOf } from './layout.js';

export interface DatasetOptions {
  readonly layout: LayoutName;
  /** A time dataset per channel. */
  readonly localtime: boolean;
  readonly compression: 'none' | 'bitshuffle_lz4';
  /** Rows that the datasets can hold at most; null: any number. */
  readonly rows: number | null;
}

/** Rows of so many bytes or more are written from where they are. */
const DIRECT_FROM = 16 * 1024;
/** Bytes that the library may hold back per dataset: chunks of one row, or the last two of several rows. */
const CACHE = 1024 * 1024;
const SMALL_CACHE = 2 * CHUNK_BYTES;

export class GenerationDatasets {
  #rows = 0;
  #safeRows = 0;

  private constructor(
    private readonly generation: Generation,
    private readonly values: readonly Hdf5Dataset[],
    private readonly times: readonly Hdf5Dataset[],
    private readonly pulseIds: Hdf5Dataset,
  ) {}

  /** @throws CamServerError when the file cannot hold them */
  static async create(
    file: Hdf5File,
    generation: Generation,
    options: DatasetOptions,
  ): Promise<GenerationDatasets> {
    const { layout, localtime, compression, rows } = options;
    const paths = pathsOf(layout, generation.number);
    const limit = rows === null ? {} : { rows, maximumRows: rows };
    const create = (path: string, creation: Creation) => file.createDataset(path, { ...creation, ...limit });
    const time: Creation = { type: 'uint64', rowShape: [2] };
    const pulseIds = await create(paths.pulseId, { type: 'uint64', rowShape: [] });
    const times = [await create(paths.globalTimestamp, time)];
    const values: Hdf5Dataset[] = [];
    for (const column of generation.columns) {
      const packed = column.rowSize >= DIRECT_FROM ? { compression } : {};
      values.push(await create(paths.value(column.name), { ...creationOf(column), ...packed }));
      if (localtime) times.push(await create(paths.timestamp(column.name), time));
    }
    return new GenerationDatasets(generation, values, times, pulseIds);
  }

  /** Bytes on the disk that closing the file may need. */
  get outstanding(): number {
    const small = SMALL_CACHE * (this.times.length + 1);
    return this.generation.columns.reduce(
      (sum, { rowSize }) => sum + (rowSize >= CHUNK_BYTES ? CACHE : SMALL_CACHE),
      small,
    );
  }

  /** What has to be written for rows of this generation. @throws Error for a value that does not fit its dataset */
  plan(rows: readonly Row[]): RowsOf[] {
    const first = this.#rows;
    const count = rows.length;
    const planned: RowsOf[] = [{ dataset: this.pulseIds, first, count, bytes: bytesOfPulseIds(rows) }];
    const time = bytesOfTimes(rows.map(({ timestamp }) => timestamp));
    for (const dataset of this.times) planned.push({ dataset, first, count, bytes: time });
    for (const [index, column] of this.generation.columns.entries()) {
      const dataset = this.values[index]!;
      const values = rows.map((row) => row.values[index]!);
      for (const part of bytesOfValues(column, values))
        planned.push({ ...part, dataset, first: first + part.first });
    }
    return planned;
  }

  /** Notes that rows were written. */
  written(count: number): void {
    this.#rows += count;
  }

  /** Notes that the library has handed all rows to the system. */
  flushed(): void {
    this.#safeRows = this.#rows;
  }

  /** Only rows that were flushed count: the library may have lost others when it could not write. */
  forgetUnsafe(): void {
    this.#rows = this.#safeRows;
  }

  /** Rows that are complete. */
  get rows(): number {
    return this.#rows;
  }

  /** Makes all datasets as long as there are complete rows. */
  async trim(): Promise<void> {
    for (const dataset of [this.pulseIds, ...this.times, ...this.values]) {
      await dataset.resize(this.#rows);
    }
  }
}

function bytesOfPulseIds(rows: readonly Row[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(rows, ({ pulseId }) => pulseId).buffer);
}

function bytesOfTimes(times: readonly Timestamp[]): Uint8Array {
  const flat = times.flatMap(({ seconds, nanoseconds }) => [seconds, nanoseconds]);
  return new Uint8Array(BigUint64Array.from(flat).buffer);
}

interface Part {
  /** Row within the batch. */
  readonly first: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Small values of several rows go together, large ones stay where they are. */
function bytesOfValues(column: Column, values: readonly ChannelValue[]): Part[] {
  const { rowSize } = column;
  if (rowSize < DIRECT_FROM) return [{ first: 0, count: values.length, bytes: encodeRows(column, values) }];
  return values.map((value, first) => ({
    first,
    count: 1,
    bytes: bytesOf(column, value) ?? encodeRows(column, [value]),
  }));
}

function encodeRows(column: Column, values: readonly ChannelValue[]): Uint8Array {
  const { rowSize } = column;
  const bytes = new Uint8Array(rowSize * values.length);
  for (const [index, value] of values.entries()) {
    encode(column, value, bytes.subarray(index * rowSize, (index + 1) * rowSize));
  }
  return bytes;
}
