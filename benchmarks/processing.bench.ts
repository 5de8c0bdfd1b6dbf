/**
 * The default processing of a frame, as a pipeline does it: one pass from the received image into outgoing memory with
 * background, statistics and profiles, then widths, moments and both fits, against the same work in NumPy and SciPy.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/common/package.js';
import { type ChannelValues, TypedScalar } from '../src/common/values.js';
import { type BenchmarkRow, medianTime } from './benchmark.js';
import { type FrameSource, frameSource } from './frames.js';

export const title = 'Default processing with background and both fits';

const REPETITIONS = 400;

interface PythonResult {
  /** Milliseconds. */
  readonly described: number;
  readonly fast: number;
  readonly numbers: Readonly<Record<string, number>>;
}

export async function run(): Promise<BenchmarkRow[]> {
  return [...compare(1280, 960, '≥ 14 × faster'), ...compare(2560, 2160, '≥ 16 × faster')];
}

function compare(width: number, height: number, target: string): BenchmarkRow[] {
  const source = frameSource(width, height);
  const time = medianTime(REPETITIONS, source.process);
  const python = measurePython(source, width, height);
  const difference = largestDifference(source.process(), python.numbers);
  const own = `(${time.toFixed(2)} ms), numbers to ${difference.toExponential(0)}`;
  const figure = `default processing, background and both fits, ${width}x${height} u16`;
  return [
    {
      figure,
      target,
      measured: `${(python.described / time).toFixed(1)} × faster ${own}`,
      comparedWith: `NumPy and SciPy as described (${python.described.toFixed(1)} ms)`,
    },
    {
      figure: `${figure}, against the fastest NumPy found`,
      target: '–',
      measured: `${(python.fast / time).toFixed(1)} × faster`,
      comparedWith: `same, with maximum(image, background) - background (${python.fast.toFixed(1)} ms)`,
    },
  ];
}

/** Relative to the value, of all numbers that both sides have. */
function largestDifference(channels: ChannelValues, expected: Readonly<Record<string, number>>): number {
  const differences = Object.entries(expected).map(([name, number]) => {
    const value = channels.get(name);
    const own = Number(value instanceof TypedScalar ? value.value : value);
    return Math.abs(own - number) / Math.max(Math.abs(number), 1);
  });
  return Math.max(...differences);
}

function measurePython({ image, background }: FrameSource, width: number, height: number): PythonResult {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-bench-'));
  try {
    writeFileSync(join(folder, 'image.bin'), image);
    writeFileSync(join(folder, 'background.bin'), background);
    const script = join(packageRoot, 'benchmarks', 'python', 'processing.py');
    const args = [script, folder, String(width), String(height), '25'];
    const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
    const result = spawnSync('/usr/bin/python3', args, { encoding: 'utf8', env, timeout: 120_000 });
    if (result.status !== 0) throw new Error(`${script} failed: ${result.stderr}`);
    return JSON.parse(result.stdout) as PythonResult;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
