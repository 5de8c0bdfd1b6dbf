/**
 * Recording of images into an HDF5 file: how many go in per second while the queue is kept full, until the file is closed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arrayValue, type ChannelValue } from '../src/common/values.js';
import { Hdf5Recorder } from '../src/streaming/sinks/hdf5/index.js';
import { type BenchmarkRow, cameraImage, median } from './benchmark.js';

export const title = 'recording to HDF5';

const WIDTH = 1280;
const HEIGHT = 960;
const FRAMES = 300;
const ROUNDS = 3;
/** Pictures in turn, so that no cache holds the one that is written. */
const PICTURES = 8;

interface Way {
  readonly compression: 'none' | 'bitshuffle_lz4';
  /** Wait until the disk has everything. */
  readonly synchronise: boolean;
}

export async function run(): Promise<BenchmarkRow[]> {
  const images = Array.from({ length: PICTURES }, (_, index) =>
    arrayValue(cameraImage(WIDTH, HEIGHT, index + 1), [HEIGHT, WIDTH]),
  );
  const rates = { cache: [] as number[], disk: [] as number[], packed: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.cache.push(await record(images, { compression: 'none', synchronise: false }));
    rates.disk.push(await record(images, { compression: 'none', synchronise: true }));
    rates.packed.push(await record(images, { compression: 'bitshuffle_lz4', synchronise: false }));
  }
  const what = `${WIDTH}x${HEIGHT} u16 and two scalars`;
  return [
    row(`HDF5 recording, ${what}, to the page cache`, '≥ 300 Hz', rates.cache),
    row(`HDF5 recording, ${what}, until fsync is done`, 'reported', rates.disk),
    row(`HDF5 recording, ${what}, bit shuffle and LZ4`, 'reported', rates.packed),
  ];
}

function row(figure: string, target: string, rates: readonly number[]): BenchmarkRow {
  const rate = median(rates);
  const throughput = (rate * WIDTH * HEIGHT * 2) / 1e6;
  return {
    figure,
    target,
    measured: `${rate.toFixed(0)} Hz (${throughput.toFixed(0)} MB/s)`,
    comparedWith: `median of ${ROUNDS} rounds of ${FRAMES} frames in turn, file closed`,
  };
}

/** @returns frames per second */
async function record(images: readonly ChannelValue[], { compression, synchronise }: Way): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-bench-'));
  const path = join(folder, 'images.h5');
  try {
    const recorder = await Hdf5Recorder.create({
      ...{ path, compression, layout: 'DEFAULT', localtime: true, change: false, rows: null },
      failed: (error) => console.error(error.message),
    });
    const start = performance.now();
    for (let frame = 0; frame < FRAMES; frame += 1) {
      await recorder.room();
      const values = new Map<string, ChannelValue>([
        ['image', images[frame % PICTURES]!],
        ['intensity', frame / 3],
        ['count', BigInt(frame)],
      ]);
      recorder.push(values, BigInt(frame), { seconds: BigInt(frame), nanoseconds: 0n });
    }
    await recorder.close();
    if (synchronise) await synchroniseFile(path);
    return (FRAMES * 1000) / (performance.now() - start);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function synchroniseFile(path: string): Promise<void> {
  const file = await open(path);
  await file.sync();
  await file.close();
}
