/**
 * Collecting a background: the mean of some images of a camera's stream.
 */
import { setImmediate } from 'node:timers/promises';
import { Receiver } from '../bsread/index.js';
import type { TypedArray } from '../common/dtype.js';
import { CamServerError } from '../common/errors.js';
import { type ArrayValue, arrayValue, type ChannelValue, isArrayValue } from '../common/values.js';

export interface CollectionOptions {
  /** How the camera is called in messages. */
  readonly camera: string;
  /** Images to average. */
  readonly images: number;
  /** Milliseconds without an image after which the collection is given up. */
  readonly silence: number;
  readonly signal?: AbortSignal | undefined;
  /** Told after each image how many there are. */
  readonly onImage?: OnImage | undefined;
}

export type OnImage = (collected: number) => void;

/** Gives the next image, or null when none came in time. */
export type ImageSource = () => Promise<ArrayValue | null>;

/** No single camera has more pixels; a larger announcement is a fault. */
const MAXIMUM_PIXELS = 200_000_000;

/** The images of a bsread stream; `close` ends the connection. */
export async function openImageStream(
  address: string,
  options: CollectionOptions,
): Promise<{ next: ImageSource; close: () => void }> {
  const receiver = new Receiver({ address, highWaterMark: 2, receiveTimeout: 500 });
  await receiver.open();
  return { next: () => nextImage(receiver, options), close: () => receiver.close() };
}

async function nextImage(
  receiver: Receiver,
  { silence, signal }: CollectionOptions,
): Promise<ArrayValue | null> {
  const deadline = Date.now() + silence;
  while (Date.now() < deadline) {
    signal?.throwIfAborted();
    const message = await receiver.receive();
    const image = message?.channel('image')?.decode() ?? null;
    if (isImage(image)) return image;
  }
  return null;
}

function isImage(value: ChannelValue): value is ArrayValue {
  return isArrayValue(value) && value.shape.length === 2 && value.data.length > 0;
}

/**
 * Sums `images` images in 64 bits and divides. The result is uint16 with decimals cut; means outside 0 … 65535 are clipped.
 * Nothing of an image is kept, so that memory does not grow with the number of images, and requests are answered meanwhile.
 * @throws CamServerError when the images stop coming or change their size
 */
export async function averageImages(
  next: ImageSource,
  options: CollectionOptions,
): Promise<ArrayValue<Uint16Array>> {
  const { camera, images, silence } = options;
  let sum: Float64Array | null = null;
  let shape: readonly number[] = [];
  for (let collected = 0; collected < images; collected++) {
    const image = await next();
    if (image === null) {
      throw new CamServerError(
        'NO_IMAGES',
        `No image from camera ${camera} for ${silence / 1000} s: ${collected} of ${images} images were collected.`,
      );
    }
    if (sum === null) {
      if (image.data.length > MAXIMUM_PIXELS) throw tooLarge(camera, image);
      sum = new Float64Array(image.data.length);
      shape = image.shape;
    }
    if (!isSameShape(image.shape, shape)) throw shapeChanged(camera, shape, image.shape);
    await addImage(sum, image);
    options.onImage?.(collected + 1);
  }
  return arrayValue(await meanOf(sum ?? new Float64Array(), images), shape);
}

/** Pixels that are added or divided in one go; in between, requests are answered. */
const PIXELS_PER_TURN = 512 * 1024;
/** Pixels converted at a time: what fits into the cache of a processor. */
const BLOCK = 16 * 1024;

/** Whole numbers stay exact: 2^53 is more than 64-bit sums of 32-bit pixels over a million images. */
async function addImage(sum: Float64Array, { data }: ArrayValue): Promise<void> {
  const block = new Float64Array(BLOCK);
  await inTurns(sum.length, (from, to) => {
    for (let start = from; start < to; start += BLOCK) {
      const end = Math.min(start + BLOCK, to);
      const values = asNumbers(data, start, end, block);
      for (let index = start; index < end; index++) sum[index]! += values[index - start]!;
    }
  });
}

/** The engine converts a whole array far quicker than one element after the other. */
function asNumbers(data: TypedArray, start: number, end: number, block: Float64Array): Float64Array {
  const pixels = data.subarray(start, end);
  if (pixels instanceof BigInt64Array || pixels instanceof BigUint64Array) {
    return Float64Array.from(pixels, Number);
  }
  block.set(pixels);
  return block;
}

async function meanOf(sum: Float64Array, images: number): Promise<Uint16Array> {
  const mean = new Uint16Array(sum.length);
  await inTurns(sum.length, (from, to) => {
    for (let index = from; index < to; index++) {
      // not-a-number becomes 0
      mean[index] = Math.min(65_535, Math.max(0, sum[index]! / images));
    }
  });
  return mean;
}

async function inTurns(length: number, work: (from: number, to: number) => void): Promise<void> {
  for (let from = 0; from < length; from += PIXELS_PER_TURN) {
    work(from, Math.min(from + PIXELS_PER_TURN, length));
    await setImmediate();
  }
}

function isSameShape(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((size, index) => size === right[index]);
}

function shapeChanged(camera: string, before: readonly number[], now: readonly number[]): CamServerError {
  return new CamServerError(
    'IMAGE_CHANGED',
    `The images of camera ${camera} changed from ${before.join('x')} to ${now.join('x')} (rows x columns) meanwhile. Collect again.`,
  );
}

function tooLarge(camera: string, { shape }: ArrayValue): CamServerError {
  return new CamServerError(
    'IMAGE_TOO_LARGE',
    `The images of camera ${camera} are too large for a background: ${shape.join('x')} (rows x columns).`,
  );
}
