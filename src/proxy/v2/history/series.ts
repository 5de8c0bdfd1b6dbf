/** The figures of one thing (an instance, a worker) over time, at three steps. */
import { RingFile, type RingShape, type Row } from './ring-file.js';

/** Milliseconds: 2 s for 2 h, 10 s for 24 h, 1 min for 30 d. */
export const TIERS: readonly Omit<RingShape, 'columns'>[] = [
  { step: 2000, slots: 3600 },
  { step: 10_000, slots: 8640 },
  { step: 60_000, slots: 43_200 },
];

interface Collecting {
  tick: number;
  readonly sums: Float64Array;
  readonly counts: Uint32Array;
}

interface Tier {
  readonly step: number;
  readonly slots: number;
  readonly file: RingFile;
  /** The row that is being made. */
  collecting: Collecting | null;
  /** Complete, but not yet on the disk. */
  pending: Row[];
}

export interface Excerpt {
  /** Milliseconds between rows. */
  readonly step: number;
  /** Time in milliseconds since 1970, then the values; null where unknown. Where nothing was recorded there is no row. */
  readonly rows: readonly (readonly (number | null)[])[];
}

export class Series {
  private readonly tiers: readonly Tier[];
  /** Milliseconds since 1970. */
  lastUsed = 0;

  /** @param path of the files, to which the step is added */
  constructor(path: string, columns: number) {
    this.tiers = TIERS.map(({ step, slots }) => ({
      step,
      slots,
      file: new RingFile(`${path}.${step / 1000}s`, { step, slots, columns }),
      collecting: null,
      pending: [],
    }));
  }

  /** @param values not-a-number for unknown */
  add(time: number, values: readonly number[]): void {
    this.lastUsed = time;
    for (const tier of this.tiers) {
      const tick = Math.floor(time / tier.step);
      if (tier.collecting !== null && tier.collecting.tick !== tick) this.complete(tier);
      tier.collecting ??= {
        tick,
        sums: new Float64Array(values.length),
        counts: new Uint32Array(values.length),
      };
      const { sums, counts } = tier.collecting;
      for (const [column, value] of values.entries()) {
        if (Number.isNaN(value)) continue;
        sums[column]! += value;
        counts[column]! += 1;
      }
    }
  }

  /** Writes what is complete; at the end also what is not. */
  async flush(isEnd: boolean): Promise<void> {
    for (const tier of this.tiers) {
      if (isEnd && tier.collecting !== null) this.complete(tier);
      const rows = [...tier.pending];
      await tier.file.write(rows);
      // they can be read all the time; new ones may have come meanwhile
      tier.pending = tier.pending.slice(rows.length);
    }
  }

  /**
   * The finest rows that reach back to `from`, or those of about `step`.
   * @param step milliseconds; null: the finest
   */
  async read(from: number, to: number, step: number | null, now: number): Promise<Excerpt> {
    const tier =
      this.tiers.find(
        (candidate) =>
          (step === null || candidate.step >= step) && from >= now - candidate.step * candidate.slots,
      ) ?? this.tiers.at(-1)!;
    const [first, last] = [Math.floor(from / tier.step), Math.floor(to / tier.step)];
    const rows = new Map<number, readonly number[]>();
    for (const { tick, values } of await tier.file.read(first, last)) rows.set(tick, values);
    for (const { tick, values } of tier.pending) if (tick >= first && tick <= last) rows.set(tick, values);
    const ticks = [...rows.keys()].sort((a, b) => a - b);
    return {
      step: tier.step,
      rows: ticks.map((tick) => [
        tick * tier.step,
        ...rows.get(tick)!.map((value) => (Number.isNaN(value) ? null : value)),
      ]),
    };
  }

  private complete(tier: Tier): void {
    const { tick, sums, counts } = tier.collecting!;
    tier.pending.push({ tick, values: Array.from(sums, (sum, column) => sum / counts[column]!) });
    tier.collecting = null;
  }
}
