/** A thread in which pictures are coloured and encoded: 100 ms of work for a large image, during which a server must answer. */
import type { Piscina } from 'piscina';
import { collectEvery } from '../common/collection.js';
import { CamServerError } from '../common/errors.js';
import type { ArrayValue } from '../common/values.js';
import type { PictureOptions } from '../processing/picture.js';
import type { PictureResult, PictureTask } from './picture-worker.js';

/** Pictures that may wait; further requests are refused. */
const MAXIMUM_WAITING = 20;
/** Milliseconds after the last picture at which the thread ends. */
const IDLE_TIMEOUT = 10_000;

/** Bytes of images between two collections: image and picture remain behind when the answer is sent. */
const COLLECTION_INTERVAL = 1024 * 1024;

const count = collectEvery(COLLECTION_INTERVAL);
let pool: Promise<Piscina<PictureTask, PictureResult>> | null = null;

/** @returns a PNG file. @throws CamServerError for a picture that is impossible, and when too many are waiting */
export async function drawPicture(image: ArrayValue, options: PictureOptions): Promise<Buffer> {
  pool ??= createPool();
  const { data } = image;
  count(data.byteLength);
  // cloning a view would clone the whole buffer under it
  const isView = data.byteLength !== data.buffer.byteLength;
  const threads = await pool;
  if (threads.queueSize >= MAXIMUM_WAITING) {
    throw new CamServerError('BUSY', `${MAXIMUM_WAITING} pictures are waiting already. Ask again later.`);
  }
  const result = await threads.run({ image: isView ? { ...image, data: data.slice() } : image, options });
  if ('code' in result) throw new CamServerError(result.code, result.message);
  return Buffer.from(result.png.buffer, result.png.byteOffset, result.png.byteLength);
}

async function createPool(): Promise<Piscina<PictureTask, PictureResult>> {
  const { Piscina } = await import('piscina');
  return new Piscina({
    filename: new URL('./picture-worker.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_TIMEOUT,
    // its event loop turns between pictures as well, so that memory goes back then
    atomics: 'disabled',
  });
}
