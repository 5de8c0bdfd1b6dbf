/** bitshuffle_lz4 against the Python module that the original uses, on the same image and on one thread. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codec } from '../src/bsread/native.js';
import { packageRoot } from '../src/common/package.js';
import { type BenchmarkRow, cameraImage, medianTime } from './benchmark.js';

export const title = 'Compression of a 2560x2160 16-bit image';

const WIDTH = 2560;
const HEIGHT = 2160;
const REPETITIONS = 15;

interface PythonResult {
  readonly compress: number;
  readonly decompress: number;
  readonly identical: boolean;
}

export async function run(): Promise<BenchmarkRow[]> {
  const image = cameraImage(WIDTH, HEIGHT);
  const bytes = new Uint8Array(image.buffer);
  const output = new Uint8Array(codec.bitshuffleBound(image.length, 2));
  const size = codec.bitshuffleCompress(bytes, 2, output);
  const back = new Uint8Array(bytes.length);
  const compress = medianTime(REPETITIONS, () => codec.bitshuffleCompress(bytes, 2, output));
  const decompress = medianTime(REPETITIONS, () =>
    codec.bitshuffleDecompress(output.subarray(0, size), 2, back),
  );
  const python = measurePython(bytes, output.subarray(0, size));
  const ratio = (other: number, own: number): string =>
    `${(other / own).toFixed(2)} × faster (${own.toFixed(1)} ms)`;
  const verdict = python.identical ? 'bytes identical' : 'BYTES DIFFER';
  return [
    {
      figure: 'bitshuffle_lz4 compress, 2560x2160 u16 noisy, one thread',
      target: '≥ 1.4 × faster',
      measured: `${ratio(python.compress, compress)}, ${verdict}`,
      comparedWith: `Python bitshuffle, OMP_NUM_THREADS=1 (${python.compress.toFixed(1)} ms)`,
    },
    {
      figure: 'bitshuffle_lz4 decompress, same image',
      target: '≥ 1.8 × faster',
      measured: ratio(python.decompress, decompress),
      comparedWith: `same (${python.decompress.toFixed(1)} ms)`,
    },
  ];
}

function measurePython(image: Uint8Array, compressed: Uint8Array): PythonResult {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-bench-'));
  try {
    writeFileSync(join(folder, 'image.bin'), image);
    writeFileSync(join(folder, 'compressed.bin'), compressed);
    const script = join(packageRoot, 'benchmarks', 'python', 'compression.py');
    const args = [script, folder, String(WIDTH), String(HEIGHT), String(REPETITIONS)];
    const env = { ...process.env, OMP_NUM_THREADS: '1' };
    const result = spawnSync('/usr/bin/python3', args, { encoding: 'utf8', env, timeout: 120_000 });
    if (result.status !== 0) throw new Error(`${script} failed: ${result.stderr}`);
    return JSON.parse(result.stdout) as PythonResult;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
