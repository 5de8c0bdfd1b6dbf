/** The next messages of an instance as an HDF5 file: `image`, `pulse_id`, `timestamp` and each number, one row per message. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CamServerError } from '../../common/errors.js';
import { imageFromAnswer } from '../../common/image-answer.js';
import type { JsonObject } from '../../common/json.js';
import type { ArrayValue } from '../../common/values.js';
import { Hdf5File, type RowsOf } from '../../hdf5/index.js';

export interface Frame {
  readonly result: JsonObject;
  readonly data: Uint8Array | null;
}

/** Messages in one file. */
export const MOST_MESSAGES = 1000;
/** Bytes of all images together: the file is held in memory once while it is sent. */
const MOST_BYTES = 512 * 1024 * 1024;

/**
 * @param next the next message of the instance; may give the same one twice
 * @returns the bytes of the file
 * @throws CamServerError when the images change their shape on the way, or would be too large; whatever `next` throws
 */
export async function frameFile(
  count: number,
  next: () => Promise<Frame>,
  signal: AbortSignal,
): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'camserver-frames-'));
  const path = join(folder, 'frames.h5');
  try {
    const file = await Hdf5File.create(path);
    try {
      await fillFile(file, count, next, signal);
    } finally {
      await file.close();
    }
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fillFile(
  file: Hdf5File,
  count: number,
  next: () => Promise<Frame>,
  signal: AbortSignal,
): Promise<void> {
  let write: ((frame: Frame) => Promise<void>) | null = null;
  let last = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < count; ) {
    signal.throwIfAborted();
    const frame = await next();
    const pulseId = Number(frame.result.pulse_id);
    if (pulseId <= last) continue;
    last = pulseId;
    write ??= await createDatasets(file, frame, count);
    await write(frame);
    row += 1;
  }
}

/** @returns writes one frame behind those before */
async function createDatasets(
  file: Hdf5File,
  first: Frame,
  count: number,
): Promise<(frame: Frame) => Promise<void>> {
  const image = imageOf(first);
  if (image !== null && image.data.byteLength * count > MOST_BYTES) {
    const most = Math.floor(MOST_BYTES / image.data.byteLength);
    throw new CamServerError(
      'TOO_LARGE',
      `${count} images are too many for one file; of this size it takes ${most}.`,
    );
  }
  const images =
    image === null
      ? null
      : await file.createDataset('image', { type: image.type, rowShape: [...image.shape] });
  const pulseIds = await file.createDataset('pulse_id', { type: 'int64', rowShape: [] });
  const timestamps = await file.createDataset('timestamp', { type: 'float64', rowShape: [] });
  const names = Object.entries(scalarsOf(first))
    .filter(([name, value]) => typeof value === 'number' && !['pulse_id', 'timestamp'].includes(name))
    .map(([name]) => name);
  const numbers = await Promise.all(
    names.map(async (name) => ({
      name,
      dataset: await file.createDataset(name, { type: 'float64', rowShape: [] }),
    })),
  );
  let row = 0;
  return async (frame) => {
    const scalars = scalarsOf(frame);
    const rows: RowsOf[] = [
      {
        dataset: pulseIds,
        first: row,
        bytes: bytesOf(BigInt64Array.of(BigInt(Number(frame.result.pulse_id)))),
      },
      { dataset: timestamps, first: row, bytes: bytesOf(Float64Array.of(Number(frame.result.timestamp))) },
      ...numbers.map(({ name, dataset }) => ({
        dataset,
        first: row,
        bytes: bytesOf(Float64Array.of(typeof scalars[name] === 'number' ? scalars[name] : Number.NaN)),
      })),
    ];
    if (images !== null && image !== null) {
      const present = imageOf(frame);
      if (present === null || present.type !== image.type || present.shape.join() !== image.shape.join()) {
        throw new CamServerError(
          'SHAPE_CHANGED',
          'The images changed their type or shape while they were collected.',
        );
      }
      rows.push({ dataset: images, first: row, bytes: bytesOf(present.data as Uint16Array) });
    }
    await file.write(rows);
    row += 1;
  };
}

function imageOf(frame: Frame): ArrayValue | null {
  return frame.data === null ? null : imageFromAnswer(frame);
}

function scalarsOf({ result }: Frame): JsonObject {
  return (result.scalars ?? {}) as JsonObject;
}

function bytesOf(array: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number }): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
