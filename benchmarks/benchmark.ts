/** What a benchmark file (`*.bench.ts`) exports: `title` and `run`. */

export interface BenchmarkRow {
  /** What was measured, with size and type. */
  readonly figure: string;
  readonly target: string;
  readonly measured: string;
  /** The other side of the ratio, measured in the same run. */
  readonly comparedWith: string;
}

export interface Benchmark {
  readonly title: string;
  run(): Promise<BenchmarkRow[]>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Median milliseconds of a call, after a warm-up of a fifth of the repetitions. */
export function medianTime(repetitions: number, call: () => void): number {
  const times: number[] = [];
  for (let index = -Math.ceil(repetitions / 5); index < repetitions; index += 1) {
    const start = performance.now();
    call();
    if (index >= 0) times.push(performance.now() - start);
  }
  return median(times);
}

/** Noise on a smooth spot, as a 12-bit camera sees it; the same pixels for the same size and seed. */
export function cameraImage(width: number, height: number, seed = 12345): Uint16Array {
  const pixels = new Uint16Array(width * height);
  let state = seed;
  for (let row = 0, at = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1, at += 1) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const x = (column - width / 2) / (width / 16);
      const y = (row - height / 2) / (height / 16);
      pixels[at] = 100 + (state >>> 28) + 3000 * Math.exp(-(x * x + y * y) / 2);
    }
  }
  return pixels;
}
