/**
 * The images of a simulated peer: a beam that moves, or a recording that is played again and again.
 */
import { readFile } from 'node:fs/promises';
import { CamServerError } from '../../common/errors.js';
import { parseNpy } from '../../common/npy.js';
import { type ArrayValue, arrayValue } from '../../common/values.js';
import { Hdf5File } from '../../hdf5/index.js';
import type { Size } from '../geometry.js';
import { FrameGenerator } from './frames.js';

export interface ImageSupply {
  readonly size: Size;
  /** The next image; it is never written to, and may be delivered again. */
  next(): Promise<ArrayValue>;
  close(): Promise<void>;
}

/** Images until the beam is where it began. */
const PATH_LENGTH = 200;
/** Share of the image that the path covers. */
const PATH_SIZE = 0.5;

/**
 * A beam on a figure of eight, with noise, as `uint16`.
 * @param repeat make so many images, then deliver these again and again, at no cost; 0: always new ones
 */
export function movingBeam(size: Size, repeat: number): ImageSupply {
  const generator = new FrameGenerator();
  const made: ArrayValue[] = [];
  let count = 0;
  const make = (): ArrayValue => {
    const angle = (2 * Math.PI * count) / (repeat || PATH_LENGTH);
    const shift = { x: PATH_SIZE * Math.sin(angle), y: (PATH_SIZE * Math.sin(2 * angle)) / 2 };
    return arrayValue(generator.next({ ...size, beam: true, dtype: 'uint16', shift }), [
      size.height,
      size.width,
    ]);
  };
  return {
    size,
    next: async () => {
      const known = made[count % (repeat || 1)];
      const image = known ?? make();
      if (repeat > 0 && known === undefined) made.push(image);
      count += 1;
      return image;
    },
    close: async () => {},
  };
}

/**
 * Plays a file: `<file>.npy` (one image or a stack of them), or `<file>:<dataset>` of HDF5.
 * @throws CamServerError when it holds no images
 */
export async function recording(path: string): Promise<ImageSupply> {
  return path.endsWith('.npy') ? numpyRecording(path) : hdf5Recording(path);
}

async function numpyRecording(path: string): Promise<ImageSupply> {
  const stack = parseNpy(await readFile(path));
  const [count, height, width] = imageStack(
    path,
    stack.shape.length === 2 ? [1, ...stack.shape] : stack.shape,
  );
  const length = width * height;
  return cycle(
    { width, height },
    count,
    async (index) => arrayValue(stack.data.slice(index * length, (index + 1) * length), [height, width]),
    async () => {},
  );
}

async function hdf5Recording(path: string): Promise<ImageSupply> {
  const colon = path.lastIndexOf(':');
  if (colon <= 0) {
    const text = `A recording is <file>.npy or <file>:<dataset> of HDF5, not '${path}'`;
    throw new CamServerError('WRONG_RECORDING', text);
  }
  const file = await Hdf5File.open(path.slice(0, colon));
  const dataset = await file.dataset(path.slice(colon + 1));
  const [count, height, width] = imageStack(path, [dataset.rows, ...dataset.rowShape]);
  return cycle(
    { width, height },
    count,
    async (index) => arrayValue(await dataset.read(index), [height, width]),
    () => file.close(),
  );
}

function imageStack(path: string, shape: readonly number[]): [count: number, height: number, width: number] {
  if (shape.length === 3 && shape.every((length) => length > 0))
    return shape as unknown as [number, number, number];
  const text = `${path} has the shape (${shape.join(', ')}); expected (images, rows, columns)`;
  throw new CamServerError('WRONG_RECORDING', text);
}

function cycle(
  size: Size,
  count: number,
  read: (index: number) => Promise<ArrayValue>,
  close: () => Promise<void>,
): ImageSupply {
  let position = 0;
  const next = (): Promise<ArrayValue> => {
    position += 1;
    return read((position - 1) % count);
  };
  return { size, next, close };
}
