/** Memory after each thousand of 10,000 processed frames, and the line through it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { BenchmarkRow } from './benchmark.js';
import { frameSource } from './frames.js';

export const title = 'Heap growth while processing';

/** Until the compiler has seen enough. */
const WARM_UP = 5000;
const FRAMES = 10_000;
const STEP = 500;
/** Bytes of the smallest thing that every frame could leave behind; what is below comes from the compiler and the garbage collector. */
const SMALLEST_OBJECT = 16;

export async function run(): Promise<BenchmarkRow[]> {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const source = frameSource(640, 480);
  for (let frame = 0; frame < WARM_UP; frame += 1) source.process();
  const heap: number[] = [];
  const external: number[] = [];
  for (let frame = 0; frame <= FRAMES; frame += 1) {
    if (frame % STEP === 0) {
      // the second run finds what the first has put on its list; buffers are freed beside the program
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 5));
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 5));
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      heap.push(heapUsed);
      external.push(arrayBuffers);
    }
    source.process();
  }
  const [heapLine, externalLine] = [lineThrough(heap), lineThrough(external)];
  const isFlat = [heapLine, externalLine].every(
    ({ slope, error }) => slope < Math.max(2 * error, SMALLEST_OBJECT),
  );
  const text = ({ slope, error }: Line): string => `${slope.toFixed(2)} ± ${error.toFixed(2)}`;
  return [
    {
      figure: `heap growth while processing ${FRAMES.toLocaleString('en')} frames`,
      target: 'none (slope within noise)',
      measured: `${isFlat ? 'none' : 'GROWS'}: heap ${text(heapLine)}, array buffers ${text(externalLine)} bytes per frame`,
      comparedWith: `straight line through ${heap.length} points after garbage collection`,
    },
  ];
}

interface Line {
  /** Bytes per frame. */
  readonly slope: number;
  /** Standard error of the slope. */
  readonly error: number;
}

function lineThrough(values: readonly number[]): Line {
  const n = values.length;
  const meanX = ((n - 1) * STEP) / 2;
  const meanY = values.reduce((sum, value) => sum + value, 0) / n;
  let [xx, xy] = [0, 0];
  values.forEach((value, index) => {
    xx += (index * STEP - meanX) ** 2;
    xy += (index * STEP - meanX) * (value - meanY);
  });
  const slope = xy / xx;
  const residuals = values.reduce(
    (sum, value, index) => sum + (value - meanY - slope * (index * STEP - meanX)) ** 2,
    0,
  );
  return { slope, error: Math.sqrt(residuals / (n - 2) / xx) };
}
