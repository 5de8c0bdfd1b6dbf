/** Histories of pinned scalars: up to 8, ten minutes at 10 Hz. */
import { signal } from '@preact/signals';
import { csvLine } from '../core/format.js';
import { Series } from '../core/history.js';
import { type LiveFrame, scalarOf } from '../core/live-frame.js';
import { paced } from '../data/paced.js';

const MOST = 8;
const POINTS = 6000;
/** Milliseconds. */
const DRAWING_PERIOD = 250;

export class Trend {
  readonly pinned = signal<readonly string[]>([]);
  readonly #added = signal(0);
  /** Changes with the added points, but no faster than people read. */
  readonly version = paced(
    () => this.#added.value,
    () => false,
    DRAWING_PERIOD,
  );
  readonly #series = new Map<string, Series>();

  isPinned(name: string): boolean {
    return this.pinned.value.includes(name);
  }

  toggle(name: string): void {
    if (this.isPinned(name)) {
      this.pinned.value = this.pinned.value.filter((entry) => entry !== name);
      this.#series.delete(name);
    } else if (this.pinned.value.length < MOST) {
      this.pinned.value = [...this.pinned.value, name];
      this.#series.set(name, new Series(POINTS));
    }
  }

  seriesOf(name: string): Series | undefined {
    return this.#series.get(name);
  }

  add(frame: LiveFrame): void {
    if (this.#series.size === 0) return;
    for (const [name, series] of this.#series) {
      const value = scalarOf(frame, name);
      if (value !== null) series.add(frame.header.timestamp * 1000, value);
    }
    // it is added to while something follows the frames, which must not follow this as well
    this.#added.value = this.#added.peek() + 1;
  }

  close(): void {
    this.version.stop();
  }

  csv(name: string): string {
    const series = this.#series.get(name);
    const lines = (series?.times ?? []).map((time, index) =>
      csvLine([new Date(time).toISOString(), series!.values[index]]),
    );
    return [csvLine(['time', name]), ...lines].join('\n');
  }
}
