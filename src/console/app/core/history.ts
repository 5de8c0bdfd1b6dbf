/** Short histories of numbers in the browser: sparklines, rolling rates, trends. */

/** A bounded series of (time, value); the oldest points fall out. Its memory is there from the beginning and never grows. */
export class Series {
  readonly #limit: number;
  readonly #times: Float64Array;
  readonly #values: Float64Array;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
    // room for half as many again, so that moving the points is rare
    const room = Math.ceil(limit * 1.5) + 1;
    this.#times = new Float64Array(room);
    this.#values = new Float64Array(room);
  }

  add(time: number, value: number): void {
    if (this.#count === this.#times.length) {
      const first = this.#count - this.#limit;
      this.#times.copyWithin(0, first);
      this.#values.copyWithin(0, first);
      this.#count = this.#limit;
    }
    this.#times[this.#count] = time;
    this.#values[this.#count] = value;
    this.#count += 1;
  }

  get times(): readonly number[] {
    return this.#last(this.#times);
  }

  get values(): readonly number[] {
    return this.#last(this.#values);
  }

  get length(): number {
    return Math.min(this.#count, this.#limit);
  }

  clear(): void {
    this.#count = 0;
  }

  #last(points: Float64Array): number[] {
    return Array.from(points.subarray(this.#count - this.length, this.#count));
  }
}

export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Of the sample (n − 1); 0 for one value. */
  readonly sigma: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Null without a finite value. */
export function summarise(values: readonly number[]): Summary | null {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return null;
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    count: finite.length,
    mean,
    sigma: finite.length > 1 ? Math.sqrt(squares / (finite.length - 1)) : 0,
    minimum: finite.reduce((a, b) => Math.min(a, b)),
    maximum: finite.reduce((a, b) => Math.max(a, b)),
  };
}

/** Mean of each value and those before it, `count` in all; fewer at the beginning. */
export function movingAverage(values: readonly number[], count: number): number[] {
  let sum = 0;
  return values.map((value, index) => {
    sum += value - (index >= count ? values[index - count]! : 0);
    return sum / Math.min(index + 1, count);
  });
}

/** Average rate of a counter since it was first seen or reset; a counter that falls starts anew. */
export class AverageRate {
  #first: { time: number; count: number } | null = null;
  #last: { time: number; count: number } | null = null;

  /** @param time milliseconds */
  update(time: number, count: number | null): void {
    if (count === null) return;
    if (this.#last !== null && count < this.#last.count) this.reset();
    this.#first ??= { time, count };
    this.#last = { time, count };
  }

  reset(): void {
    this.#first = null;
    this.#last = null;
  }

  /** Per second; null before two updates at different times. */
  get value(): number | null {
    if (this.#first === null || this.#last === null || this.#last.time <= this.#first.time) return null;
    return ((this.#last.count - this.#first.count) * 1000) / (this.#last.time - this.#first.time);
  }
}

/** Points of an SVG polyline in a box, newest at the right edge; gaps longer than `gap` milliseconds are not bridged. */
export function sparkline(
  times: readonly number[],
  values: readonly number[],
  width: number,
  height: number,
  gap = Number.POSITIVE_INFINITY,
): string {
  const last = times.length - 1;
  if (last < 1) return '';
  const span = times[last]! - times[0]! || 1;
  const finite = values.filter(Number.isFinite);
  const minimum = Math.min(0, ...finite);
  const maximum = Math.max(...finite, minimum + 1e-12);
  let path = '';
  let previous = Number.NEGATIVE_INFINITY;
  for (const [index, time] of times.entries()) {
    const value = values[index]!;
    if (!Number.isFinite(value)) continue;
    const x = ((time - times[0]!) / span) * width;
    const y = height - ((value - minimum) / (maximum - minimum)) * height;
    path += `${time - previous > gap || path === '' ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    previous = time;
  }
  return path;
}
