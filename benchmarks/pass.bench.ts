/** The fused pass over an image against a plain copy of its bytes, in turn and on the same buffers. */
import { kernels, viewOf } from '../src/processing/index.js';
import { type BenchmarkRow, cameraImage, median } from './benchmark.js';

export const title = 'Fused pass over an image';

const ROUNDS = 120;
/** Images and destinations in turn, so that memory is what it is for frames that come and go. */
const FRAMES = 4;

export async function run(): Promise<BenchmarkRow[]> {
  return [compare(1280, 960, '–'), compare(2560, 2160, '≤ 1.8 × the time')];
}

function compare(width: number, height: number, target: string): BenchmarkRow {
  const images = Array.from({ length: FRAMES }, (_, index) => cameraImage(width, height, index + 1));
  const destinations = Array.from({ length: FRAMES }, () => new Uint16Array(width * height));
  const background = viewOf(
    cameraImage(width, height, 54321).map((pixel) => Math.min(pixel, 115)),
    height,
    width,
  );
  const times = { pass: [] as number[], copy: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const image = images[round % FRAMES];
    const destination = destinations[round % FRAMES];
    // each goes first in every second turn of the buffers
    const order =
      Math.floor(round / FRAMES) % 2 === 0 ? (['pass', 'copy'] as const) : (['copy', 'pass'] as const);
    for (const kind of order) {
      const start = performance.now();
      if (kind === 'copy') destination.set(image);
      else kernels.pass(viewOf(image, height, width), { background, threshold: 5, destination });
      times[kind].push(performance.now() - start);
    }
  }
  const pass = median(times.pass.slice(ROUNDS / 4));
  const copy = median(times.copy.slice(ROUNDS / 4));
  return {
    figure: `fused pass, ${width}x${height} u16 (${kernels.name}): background, threshold, extremes, profiles`,
    target,
    measured: `${(pass / copy).toFixed(2)} × the time (${pass.toFixed(2)} ms)`,
    comparedWith: `memcpy of the image (${copy.toFixed(2)} ms)`,
  };
}
