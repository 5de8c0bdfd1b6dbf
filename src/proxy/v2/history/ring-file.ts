/**
 * Rows of numbers at a fixed step in a file of bounded size: the row of a time has its place, which it takes over from the row
 * one round before. Places that were never written take no space on the disk.
 */
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMissing } from '../../../storage/index.js';

export interface RingShape {
  /** Milliseconds between two rows. */
  readonly step: number;
  /** Rows that are kept. */
  readonly slots: number;
  readonly columns: number;
}

/** A row; not-a-number stands for unknown. */
export interface Row {
  /** Number of the step since 1970. */
  readonly tick: number;
  readonly values: readonly number[];
}

const MAGIC = 'CSH1';
const HEADER_BYTES = 32;
const VALUE_BYTES = 4;

export class RingFile {
  private readonly rowBytes: number;

  constructor(
    readonly path: string,
    private readonly shape: RingShape,
  ) {
    // the low half of the tick tells rounds apart: 2^32 steps of 2 s are 272 years
    this.rowBytes = VALUE_BYTES * (1 + shape.columns);
  }

  /** Writes rows in any order; neighbours go to the disk together. */
  async write(rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    await mkdir(dirname(this.path), { recursive: true });
    const file = await this.openForWriting();
    try {
      for (const run of runsOf(rows, this.shape.slots)) {
        const bytes = Buffer.alloc(run.length * this.rowBytes);
        for (const [index, row] of run.entries()) this.encode(row, bytes, index * this.rowBytes);
        await file.write(bytes, 0, bytes.length, HEADER_BYTES + this.slotOf(run[0]!.tick) * this.rowBytes);
      }
    } finally {
      await file.close();
    }
  }

  /** The rows from tick `first` to `last`, ascending; none when there is no such file. */
  async read(first: number, last: number): Promise<Row[]> {
    const bytes = await readFile(this.path).catch((error) => {
      if (isMissing(error)) return null;
      throw error;
    });
    if (bytes === null || !this.isOurs(bytes)) return [];
    const rows: Row[] = [];
    const oldest = Math.max(first, last - this.shape.slots + 1);
    for (let tick = oldest; tick <= last; tick += 1) {
      const at = HEADER_BYTES + this.slotOf(tick) * this.rowBytes;
      if (at + this.rowBytes > bytes.length || bytes.readUInt32LE(at) !== tick >>> 0) continue;
      const values = Array.from({ length: this.shape.columns }, (_, column) =>
        bytes.readFloatLE(at + VALUE_BYTES * (1 + column)),
      );
      rows.push({ tick, values });
    }
    return rows;
  }

  /** A file of another shape, from another version, is begun anew. */
  private async openForWriting() {
    const file = await open(this.path, 'r+').catch(() => open(this.path, 'w+'));
    const header = Buffer.alloc(HEADER_BYTES);
    await file.read(header, 0, HEADER_BYTES, 0);
    if (!this.isOurs(header)) {
      await file.truncate(0);
      await file.write(this.header(), 0, HEADER_BYTES, 0);
    }
    return file;
  }

  private header(): Buffer {
    const bytes = Buffer.alloc(HEADER_BYTES);
    bytes.write(MAGIC, 0, 'latin1');
    bytes.writeUInt32LE(this.shape.step, 4);
    bytes.writeUInt32LE(this.shape.slots, 8);
    bytes.writeUInt32LE(this.shape.columns, 12);
    return bytes;
  }

  private isOurs(bytes: Buffer): boolean {
    return bytes.length >= HEADER_BYTES && bytes.subarray(0, 16).equals(this.header().subarray(0, 16));
  }

  private slotOf(tick: number): number {
    return tick % this.shape.slots;
  }

  private encode({ tick, values }: Row, bytes: Buffer, at: number): void {
    bytes.writeUInt32LE(tick >>> 0, at);
    for (const [column, value] of values.entries())
      bytes.writeFloatLE(value, at + VALUE_BYTES * (1 + column));
  }
}

/** Rows whose places are neighbours. */
function runsOf(rows: readonly Row[], slots: number): Row[][] {
  const sorted = [...rows].sort((a, b) => a.tick - b.tick);
  const runs: Row[][] = [];
  for (const row of sorted) {
    const run = runs.at(-1);
    const isNext = run !== undefined && row.tick === run.at(-1)!.tick + 1 && row.tick % slots !== 0;
    if (isNext) run.push(row);
    else runs.push([row]);
  }
  return runs;
}
