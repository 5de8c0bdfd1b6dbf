/** The operations on pixels in plain TypeScript, written for clarity. */
import { allocateElements, elementTypeOf, type NumericType, type TypedArray } from '../../common/dtype.js';
import type { ArrayView } from '../../common/values.js';
import type { Image, PassOptions, PassResult, Profile } from '../kernels.js';
import { allocateImage, compact, viewOf } from '../views.js';

type Pixel = number | bigint;

/** Calls `visit` for each pixel, row by row. */
function eachPixel(image: Image, visit: (pixel: Pixel, row: number, column: number) => void): void {
  const [rows, columns] = image.shape;
  for (let row = 0; row < rows; row += 1) {
    let at = image.offset + row * image.stride[0];
    for (let column = 0; column < columns; column += 1, at += image.stride[1])
      visit(image.data[at], row, column);
  }
}

const isWide = (data: TypedArray): boolean => data instanceof BigInt64Array || data instanceof BigUint64Array;
const isFloat = (data: TypedArray): boolean => data instanceof Float32Array || data instanceof Float64Array;

/** See `Kernels.pass`. */
export function pass(image: Image, options: PassOptions = {}): PassResult | null {
  const [rows, columns] = image.shape;
  const prepared = prepare(image, options);
  options.destination?.set(prepared.data as never);
  return options.statistics === false ? null : statistics(viewOf(prepared.data, rows, columns));
}

/** Background and threshold applied, in a new image unless there is nothing to do. */
function prepare(image: Image, { background, backgroundMode = 'clamp', threshold }: PassOptions): Image {
  const hasBackground = background !== undefined && background !== null;
  const hasThreshold = threshold !== undefined && threshold !== null;
  if (!hasBackground && !hasThreshold) return compact(image);
  const isSigned = hasBackground && backgroundMode === 'signed';
  const [rows, columns] = image.shape;
  if (hasBackground && (background.shape[0] !== rows || background.shape[1] !== columns)) {
    throw new RangeError(
      `A background of ${background.shape[1]}x${background.shape[0]} for ${columns}x${rows} pixels`,
    );
  }
  const result = allocateImage(isSigned ? 'int32' : elementTypeOf(image.data), rows, columns);
  const dark = hasBackground ? (compact(background).data as Uint16Array) : null;
  const target = result.data as Float64Array;
  const wide = isWide(image.data) && !isSigned;
  eachPixel(image, (pixel, row, column) => {
    const at = row * columns + column;
    let value: Pixel = pixel;
    if (dark !== null) {
      if (isSigned) value = (toInt32(value, isFloat(image.data)) - dark[at]) | 0;
      else if (wide) value = BigInt(dark[at]) > (value as bigint) ? 0n : (value as bigint) - BigInt(dark[at]);
      else value = dark[at] > (value as number) ? 0 : (value as number) - dark[at];
    }
    if (hasThreshold && value < threshold) value = wide ? 0n : 0;
    target[at] = value as number;
  });
  return result;
}

/** As NumPy converts: integers wrap, floats are cut; those that do not fit, and NaN, give the smallest number. */
function toInt32(value: Pixel, isFloating: boolean): number {
  if (typeof value === 'bigint') return Number(BigInt.asIntN(32, value));
  if (!isFloating) return value | 0;
  const whole = Math.trunc(value);
  return Math.abs(whole) < 2 ** 31 ? whole : -(2 ** 31);
}

function statistics(image: Image): PassResult {
  const [rows, columns] = image.shape;
  if (rows * columns === 0) throw new RangeError(`An image of ${columns}x${rows} pixels has no minimum`);
  const sums = isWide(image.data) ? wideSums(image) : numberSums(image);
  return { ...extremes(image), ...sums };
}

function extremes(image: Image): { minimum: Pixel; maximum: Pixel } {
  let minimum: Pixel | undefined;
  let maximum: Pixel | undefined;
  eachPixel(image, (pixel) => {
    if (Number.isNaN(pixel)) return;
    if (minimum === undefined || pixel < minimum) minimum = pixel;
    if (maximum === undefined || pixel > maximum) maximum = pixel;
  });
  return { minimum: minimum ?? Number.NaN, maximum: maximum ?? Number.NaN };
}

type Sums = Pick<PassResult, 'xProfile' | 'yProfile' | 'intensity'>;

/** Sums of integers up to 32 bits stay exact in doubles for every image that fits into memory. */
function numberSums(image: Image): Sums {
  const [rows, columns] = image.shape;
  const x = new Float64Array(columns);
  const y = new Float64Array(rows);
  eachPixel(image, (pixel, row, column) => {
    x[column] += pixel as number;
    y[row] += pixel as number;
  });
  let intensity = 0;
  const rounded = toProfile(image.data, x);
  for (const sum of rounded) intensity += Number(sum);
  return {
    xProfile: rounded,
    yProfile: toProfile(image.data, y),
    intensity: isFloat(image.data)
      ? image.data instanceof Float32Array
        ? Math.fround(intensity)
        : intensity
      : BigInt(intensity),
  };
}

function toProfile(data: TypedArray, sums: Float64Array): Profile {
  if (data instanceof Float64Array) return sums;
  if (data instanceof Float32Array) return Float32Array.from(sums);
  return BigInt64Array.from(sums, BigInt);
}

/** 64-bit sums wrap, as those of NumPy do. */
function wideSums(image: Image): Sums {
  const [rows, columns] = image.shape;
  const x = new BigInt64Array(columns);
  const y = new BigInt64Array(rows);
  let intensity = 0n;
  eachPixel(image, (pixel, row, column) => {
    x[column] += pixel as bigint;
    y[row] += pixel as bigint;
    intensity += pixel as bigint;
  });
  return { xProfile: x, yProfile: y, intensity: BigInt.asIntN(64, intensity) };
}

/** See `Kernels.bin`. */
export function bin(image: Image, binningX: number, binningY: number, mean: boolean): ArrayView<Uint16Array> {
  const rows = Math.floor(image.shape[0] / binningY);
  const columns = Math.floor(image.shape[1] / binningX);
  const sums = new Float64Array(rows * columns);
  eachPixel(image, (pixel, row, column) => {
    const [y, x] = [Math.floor(row / binningY), Math.floor(column / binningX)];
    if (y < rows && x < columns) sums[y * columns + x] += Number(pixel);
  });
  const divisor = mean ? binningX * binningY : 1;
  const binned = Uint16Array.from(sums, (sum) => Math.min(Math.max(Math.trunc(sum / divisor), 0), 65535));
  return viewOf(binned, rows, columns);
}

interface Operand {
  readonly value: number;
  readonly type: NumericType;
}

/** See `Kernels.scaleOffset`. */
export function scaleOffset(image: Image, scale: Operand | null, offset: Operand | null): Image {
  const scaled =
    scale === null
      ? image
      : apply(
          image,
          scale,
          (pixel, value) => pixel * value,
          (pixel, value) => pixel * value,
        );
  return offset === null
    ? scaled
    : apply(
        scaled,
        offset,
        (pixel, value) => pixel + value,
        (pixel, value) => pixel + value,
      );
}

/** Integers are computed exactly and then wrapped by the typed array that takes them. */
function apply(
  image: Image,
  operand: Operand,
  floats: (pixel: number, value: number) => number,
  integers: (pixel: bigint, value: bigint) => bigint,
): Image {
  const [rows, columns] = image.shape;
  const result = allocateImage(operand.type, rows, columns);
  const isIntegral = !isFloat(result.data);
  const wide = isWide(result.data);
  const value = operand.type === 'float32' ? Math.fround(operand.value) : operand.value;
  const integer = isIntegral ? BigInt(Math.trunc(operand.value)) : 0n;
  const target = result.data as Float64Array;
  eachPixel(image, (pixel, row, column) => {
    const at = row * columns + column;
    if (isIntegral) {
      const exact = integers(BigInt(pixel), integer);
      target[at] = (wide ? exact : Number(BigInt.asIntN(64, exact) & 0xffffffffn)) as number;
    } else target[at] = floats(Number(pixel), value);
  });
  return result;
}

/** See `Kernels.convert`. */
export function convert(image: Image, type: NumericType): Image {
  const [rows, columns] = image.shape;
  const data = allocateElements(type, rows * columns);
  const wide = isWide(data);
  const target = data as Float64Array;
  const isIntegral = !isFloat(data);
  eachPixel(image, (pixel, row, column) => {
    const at = row * columns + column;
    if (!isIntegral) target[at] = Number(pixel);
    else {
      const whole =
        typeof pixel === 'bigint' ? pixel : BigInt(Number.isFinite(pixel) ? Math.trunc(pixel) : 0);
      target[at] = (wide ? whole : Number(whole & 0xffffffffn)) as number;
    }
  });
  return viewOf(data, rows, columns);
}

/** See `Kernels.accumulate`. */
export function accumulate(sum: Float64Array | Float32Array, image: Image): void {
  const columns = image.shape[1];
  eachPixel(image, (pixel, row, column) => {
    sum[row * columns + column] += Number(pixel);
  });
}

/** See `Kernels.colorize`. */
export function colorize(normalised: Float64Array, table: Uint8Array): Uint8Array {
  const colours = new Uint8Array(normalised.length * 4);
  normalised.forEach((value, at) => {
    if (Number.isNaN(value)) return;
    const index = value >= 1 ? 255 : Math.max(0, Math.trunc(256 * value));
    colours.set(table.subarray(index * 4, index * 4 + 4), at * 4);
  });
  return colours;
}
