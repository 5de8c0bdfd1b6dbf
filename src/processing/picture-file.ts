/** Reads pictures in files as arrays of numbers. */
import { CamServerError } from '../common/errors.js';
import type { ArrayValue } from '../common/values.js';

/** More is no camera: a few bytes may claim to be gigabytes. */
const MAXIMUM_PIXELS = 100_000_000;

/**
 * Decodes a PNG or TIFF file, in threads of its own; colours become grey.
 * @returns `[rows, columns]` of `uint8` or `uint16`, the values as they are in the file
 * @throws CamServerError INVALID_PICTURE when it is no such file or holds other numbers
 */
export async function decodePicture(bytes: Uint8Array): Promise<ArrayValue> {
  if (bytes.length === 0)
    throw new CamServerError('INVALID_PICTURE', 'The picture cannot be read: it is empty.');
  const { default: sharp } = await import('sharp');
  const open = () => sharp(bytes, { limitInputPixels: MAXIMUM_PIXELS, failOn: 'error' });
  const { format, depth } = await open().metadata().catch(refuse);
  if (format !== 'png' && format !== 'tiff') {
    throw new CamServerError('INVALID_PICTURE', `A background is an NPY, PNG or TIFF file, not ${format}.`);
  }
  if (depth !== 'uchar' && depth !== 'ushort') {
    const text = `The picture holds numbers of type ${depth}; 8 and 16 bits without sign can be read.`;
    throw new CamServerError('INVALID_PICTURE', text);
  }
  const { data, info } = await open()
    .removeAlpha()
    .toColourspace(depth === 'ushort' ? 'grey16' : 'b-w')
    .raw({ depth })
    .toBuffer({ resolveWithObject: true })
    .catch(refuse);
  // the first channel: more than one are equal in grey
  const count = info.width * info.height;
  const source =
    depth === 'ushort'
      ? new Uint16Array(data.buffer, data.byteOffset, count * info.channels)
      : new Uint8Array(data.buffer, data.byteOffset, count * info.channels);
  const pixels = info.channels === 1 ? source : source.filter((_value, index) => index % info.channels === 0);
  return {
    type: depth === 'ushort' ? 'uint16' : 'uint8',
    data: pixels,
    shape: [info.height, info.width],
  };
}

function refuse(error: unknown): never {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
  throw new CamServerError('INVALID_PICTURE', `The picture cannot be read: ${reason}.`);
}
