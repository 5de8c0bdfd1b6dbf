/**
 * Pictures of images: scaled down, normalised to their maximum, coloured, encoded as PNG.
 */
import { CamServerError } from '../common/errors.js';
import { colorMap, DEFAULT_COLOR_MAP } from './colormaps/index.js';
import type { Image, Kernels } from './kernels.js';

export interface PictureOptions {
  /** Share of the original size; the blocks of pixels that become one must fill the image exactly. Null, 0: as it is. */
  readonly scale?: number | null;
  /** Subtracted, results below 0 become 0. Null, 0: nothing. */
  readonly minimum?: number | null;
  /** Upper limit after the subtraction. Null, 0: none. */
  readonly maximum?: number | null;
  /** Default `rainbow`. */
  readonly colorMap?: string | null;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Four bytes per pixel, row by row. */
  readonly rgba: Uint8Array;
}

/**
 * Colours an image: the maximum gets the last colour, 0 the first. An image without any light is transparent black.
 * @throws CamServerError for an unknown colour map or a scale that does not divide the image
 */
export function renderPicture(kernels: Kernels, image: Image, options: PictureOptions = {}): Picture {
  const table = colorMap(options.colorMap ?? DEFAULT_COLOR_MAP);
  const { values, rows, columns } = options.scale ? scaleDown(image, options.scale) : pixelsOf(image);
  limit(values, options.minimum ?? 0, options.maximum ?? 0);
  divideByMaximum(values);
  return { width: columns, height: rows, rgba: kernels.colorize(values, table) };
}

/** The picture as an uncompressed PNG of 8 bits per component. Encoding runs outside of the calling thread. */
export async function encodePng({ rgba, width, height }: Picture): Promise<Buffer> {
  // loaded when it is needed: it takes 15 MB, and most instances never encode a picture
  const { default: sharp } = await import('sharp');
  return await sharp(rgba, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 0, adaptiveFiltering: false, palette: false })
    .toBuffer();
}

interface Values {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

function pixelsOf(image: Image): Values {
  const [rows, columns] = image.shape as [number, number];
  return meanOfBlocks(image, rows, columns, 1, 1);
}

function scaleDown(image: Image, scale: number): Values {
  const [height, width] = image.shape as [number, number];
  const rows = Math.trunc(height * scale);
  const columns = Math.trunc(width * scale);
  if (!(rows >= 1 && columns >= 1)) {
    throw new CamServerError(
      'INVALID_SCALE',
      `Scale ${scale} leaves no pixel of an image of ${width}x${height}`,
    );
  }
  const blockRows = Math.floor(height / rows);
  const blockColumns = Math.floor(width / columns);
  if (rows * blockRows !== height || columns * blockColumns !== width) {
    throw new CamServerError(
      'INVALID_SCALE',
      `cannot reshape array of size ${height * width} into shape (${rows},${blockRows},${columns},${blockColumns})`,
    );
  }
  return meanOfBlocks(image, rows, columns, blockRows, blockColumns);
}

function meanOfBlocks(
  image: Image,
  rows: number,
  columns: number,
  blockRows: number,
  blockColumns: number,
): Values {
  const values = new Float64Array(rows * columns);
  const [rowStride, columnStride] = image.stride as [number, number];
  for (let row = 0; row < rows * blockRows; row += 1) {
    const first = Math.floor(row / blockRows) * columns;
    let from = image.offset + row * rowStride;
    for (let column = 0; column < columns; column += 1) {
      for (let within = 0; within < blockColumns; within += 1, from += columnStride) {
        values[first + column]! += Number(image.data[from]);
      }
    }
  }
  const count = blockRows * blockColumns;
  if (count > 1) for (let index = 0; index < values.length; index += 1) values[index]! /= count;
  return { values, rows, columns };
}

function limit(values: Float64Array, minimum: number, maximum: number): void {
  for (let index = 0; index < values.length; index += 1) {
    if (minimum !== 0) values[index] = Math.max(0, values[index]! - minimum);
    if (maximum !== 0) values[index] = Math.min(values[index]!, maximum);
  }
}

/** 0/0 is not a number, which means transparent. */
function divideByMaximum(values: Float64Array): void {
  let maximum = Number.NEGATIVE_INFINITY;
  for (const value of values) maximum = Math.max(maximum, value);
  for (let index = 0; index < values.length; index += 1) values[index]! /= maximum;
}
