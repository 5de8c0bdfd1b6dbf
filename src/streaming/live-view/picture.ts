/**
 * The part of an image that a viewer sees, reduced to the size of the screen, with what must be known of the whole image: its
 * range, percentiles, histogram and saturation.
 */
import { type ElementType, elementSize } from '../../common/dtype.js';
import type { JsonObject } from '../../common/json.js';
import type { ArrayValue } from '../../common/values.js';
import { planeKernels } from '../../processing/plane.js';
import type { Distribution } from '../../processing/plane-kernels.js';
import { crop, imageOf } from '../../processing/views.js';
import { reductionFactor, type ViewRequest } from './view-request.js';

/** The part of an image that is visible, and how it becomes a plane. */
export interface PlaneLayout {
  /** In pixels of the full image, the last two exclusive. */
  readonly region: readonly [left: number, top: number, right: number, bottom: number];
  /** Pixels of the image per element of the plane, in both directions. */
  readonly factor: number;
  readonly width: number;
  readonly height: number;
  /** Memory that the plane takes. */
  readonly bytes: number;
}

/** What the automatic range leaves out at each end. */
const PERCENTILES = [0.001, 0.999] as const;
const EVERY_VALUE = 65_536;
const HISTOGRAM_BINS = 256;

/** @param image of two dimensions, not empty */
export function layOutPlane(image: ArrayValue, request: ViewRequest): PlaneLayout {
  const [rows, columns] = image.shape as [number, number];
  const region = visibleRegion(request, columns, rows);
  const [left, top, right, bottom] = region;
  const factor = reductionFactor(right - left, bottom - top, request);
  const [width, height] = [Math.ceil((right - left) / factor), Math.ceil((bottom - top) / factor)];
  return { region, factor, width, height, bytes: width * height * (request.encoding === 'uint8' ? 1 : 2) };
}

/**
 * Fills the plane, and describes it and the whole image.
 * @param image of two dimensions, not empty; not written to until the promise is settled
 * @param memory begins with the plane, as `layout` has it
 */
export async function makePicture(
  image: ArrayValue,
  request: ViewRequest,
  layout: PlaneLayout,
  memory: ArrayBuffer,
): Promise<JsonObject> {
  const whole = imageOf(image);
  const counts = new Uint32Array(EVERY_VALUE);
  const distribution = await planeKernels.measure(whole, counts);
  const automatic = percentileRange(distribution, counts);
  const { region, factor, width, height } = layout;
  const [left, top, right, bottom] = region;
  const scale = planeScale(image.type, request, distribution, automatic);
  const plane = new (request.encoding === 'uint8' ? Uint8Array : Uint16Array)(memory, 0, width * height);
  await planeKernels.reduce(
    crop(whole, left, right, top, bottom),
    { factor, peak: request.peak, ...scale },
    plane,
  );
  return {
    width: whole.shape[1],
    height: whole.shape[0],
    type: image.type,
    region: [...region],
    factor,
    plane: { width, height, type: request.encoding, ...scale },
    minimum: finiteOrNull(distribution.minimum),
    maximum: finiteOrNull(distribution.maximum),
    automatic: automatic === null ? null : [...automatic],
    not_finite: distribution.notFinite,
    saturated: saturatedPixels(image.type, counts),
    histogram: histogram(distribution, counts),
  };
}

/** Whole pixels inside the image, at least one. */
function visibleRegion({ region }: ViewRequest, width: number, height: number): PlaneLayout['region'] {
  const [x0, y0, x1, y1] = region ?? [0, 0, width, height];
  const left = Math.min(Math.max(Math.floor(Math.min(x0, x1)), 0), width - 1);
  const top = Math.min(Math.max(Math.floor(Math.min(y0, y1)), 0), height - 1);
  const right = Math.min(Math.max(Math.ceil(Math.max(x0, x1)), left + 1), width);
  const bottom = Math.min(Math.max(Math.ceil(Math.max(y0, y1)), top + 1), height);
  return [left, top, right, bottom];
}

/**
 * 16 bits hold integers of as many bits exactly, and 8-bit images with 8 more bits for the means; other types are spread over
 * their range. 8 bits hold the range that is shown.
 */
function planeScale(
  type: ElementType,
  { encoding, range }: ViewRequest,
  { minimum, maximum }: Distribution,
  automatic: readonly [number, number] | null,
): { low: number; scale: number } {
  if (encoding === 'uint8') {
    const [low, high] = (range === 'full' ? fullRange(minimum, maximum) : range) ?? automatic ?? [0, 1];
    return { low, scale: high > low ? 255 / (high - low) : 1 };
  }
  if (type === 'uint16') return { low: 0, scale: 1 };
  if (type === 'int16') return { low: -32_768, scale: 1 };
  if (type === 'uint8' || type === 'bool') return { low: 0, scale: 256 };
  if (type === 'int8') return { low: -128, scale: 256 };
  if (!(maximum > minimum)) return { low: finiteOrNull(minimum) ?? 0, scale: 1 };
  const scale = 65_535 / (maximum - minimum);
  return { low: minimum, scale: Number.isFinite(scale) ? scale : 0 };
}

function fullRange(minimum: number, maximum: number): readonly [number, number] | null {
  return minimum <= maximum ? [minimum, maximum] : null;
}

/** Null when there is no finite value. */
function percentileRange(
  { low, scale }: Distribution,
  counts: Uint32Array,
): readonly [number, number] | null {
  let total = 0;
  for (const count of counts) total += count;
  if (total === 0) return null;
  const valueAt = (bin: number): number => (scale === 0 ? low : low + bin / scale);
  const [below, above] = PERCENTILES.map((part) => binAt(counts, part * total)) as [number, number];
  return [valueAt(below), valueAt(above)];
}

/** The bin in which the sum of the counts reaches `target`. */
function binAt(counts: Uint32Array, target: number): number {
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin += 1) {
    sum += counts[bin]!;
    if (sum >= target && sum > 0) return bin;
  }
  return counts.length - 1;
}

/** Pixels at the upper limit of an integer type of at most 16 bits; null for other types, whose limit no camera reaches. */
function saturatedPixels(type: ElementType, counts: Uint32Array): number | null {
  if (type === 'bool' || type.startsWith('float') || elementSize(type) > 2) return null;
  return counts[2 ** (8 * elementSize(type)) - 1]!;
}

/** At most 256 equal bins over the part that has counts. */
function histogram({ low, scale, minimum, maximum }: Distribution, counts: Uint32Array): JsonObject | null {
  if (minimum > maximum || scale === 0) return null;
  const first = Math.max(0, Math.floor((minimum - low) * scale));
  const last = Math.min(counts.length - 1, Math.floor((maximum - low) * scale));
  const width = Math.ceil((last - first + 1) / HISTOGRAM_BINS);
  const bins = new Array<number>(Math.ceil((last - first + 1) / width)).fill(0);
  for (let bin = first; bin <= last; bin += 1) bins[Math.floor((bin - first) / width)]! += counts[bin]!;
  return { low: low + first / scale, bin_width: width / scale, counts: bins };
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** The element at a position, as it is. */
export function pixelValue(image: ArrayValue, x: number, y: number): number | string | null {
  const [height, width] = image.shape as [number, number];
  if (!(x >= 0 && x < width && y >= 0 && y < height)) return null;
  const value = image.data[y * width + x]!;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return Number.isFinite(value) ? value : String(value);
}

/** Whether a value can be shown as a picture. */
export function isPicture(value: ArrayValue): boolean {
  return value.shape.length === 2 && value.data.length > 0;
}
