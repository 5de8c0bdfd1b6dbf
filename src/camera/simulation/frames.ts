/**
 * The frames of the simulated camera: a Gaussian spot that jitters near the centre, noise, and 100 dead (bright) pixels.
 */
import { allocateElements, type NumericType, type TypedArray } from '../../common/dtype.js';
import { noiseState, type SimulateBeam, simulateBeam } from './kernel.js';

const DEAD_PIXELS = 100;
const BRIGHTEST = 58_981;
/** The image spans ±100 units vertically and ±20 horizontally; the spot is exp(-(x² + y²)) in these units. */
const HALF_HEIGHT = 100;
const HALF_WIDTH = 20;

export interface FrameOptions {
  readonly width: number;
  readonly height: number;
  /** False: noise and dead pixels only. */
  readonly beam: boolean;
  readonly dtype: NumericType;
  /** How far the spot is from the middle, as a share of half the image: -1 to 1. Default 0. */
  readonly shift?: { readonly x: number; readonly y: number };
}

const NO_SHIFT = { x: 0, y: 0 };

/** Uniform in [0, 1). */
export type RandomSource = () => number;

/**
 * Makes frames, each in memory of its own, so that a frame can be sent while the next one is made.
 * The dead pixels stay the same until the size changes.
 */
export class FrameGenerator {
  private readonly state: Uint32Array;
  private columns = new Uint16Array(0);
  private rows = new Uint16Array(0);
  private deadPixels: Uint32Array = new Uint32Array(0);

  constructor(
    private readonly random: RandomSource = Math.random,
    private readonly kernel: SimulateBeam = simulateBeam,
  ) {
    this.state = noiseState(Math.floor(random() * 2 ** 32));
  }

  /** One frame, row-major, `width * height` elements of `dtype`. */
  next({ width, height, beam, dtype, shift = NO_SHIFT }: FrameOptions): TypedArray {
    if (this.columns.length !== width || this.rows.length !== height) this.resize(width, height);
    this.fillFactors(this.columns, HALF_WIDTH, beam, shift.x);
    this.fillFactors(this.rows, HALF_HEIGHT, beam, shift.y);
    const pixels = new Uint16Array(width * height);
    this.kernel(this.columns, this.rows, this.state, pixels);
    for (const position of this.deadPixels) pixels[position] = BRIGHTEST;
    return dtype === 'uint16' ? pixels : convertSaturating(pixels, dtype);
  }

  private resize(width: number, height: number): void {
    this.columns = new Uint16Array(width);
    this.rows = new Uint16Array(height);
    this.deadPixels = Uint32Array.from({ length: DEAD_PIXELS }, () =>
      Math.floor(this.random() * width * height),
    );
  }

  /** exp(-x²) at evenly spaced x from -half + r1 to half + r2, both ends included, r1 and r2 drawn anew, and shifted. */
  private fillFactors(factors: Uint16Array, half: number, beam: boolean, shift: number): void {
    if (!beam) {
      factors.fill(0);
      return;
    }
    const first = -half + this.random();
    const step = (half + this.random() - first) / Math.max(1, factors.length - 1);
    for (let i = 0; i < factors.length; i += 1) {
      const x = first + i * step - shift * half;
      factors[i] = Math.round(65_535 * Math.exp(-x * x));
    }
  }
}

const LIMITS: Partial<Record<NumericType, number>> = { int8: 127, uint8: 255, int16: 32_767 };

/** Values that the type cannot hold become its largest value. */
function convertSaturating(pixels: Uint16Array, dtype: NumericType): TypedArray {
  const converted = allocateElements(dtype, pixels.length);
  if (converted instanceof BigInt64Array || converted instanceof BigUint64Array) {
    for (let i = 0; i < pixels.length; i += 1) converted[i] = BigInt(pixels[i]!);
    return converted;
  }
  const limit = LIMITS[dtype];
  if (limit === undefined) converted.set(pixels);
  else for (let i = 0; i < pixels.length; i += 1) converted[i] = Math.min(pixels[i]!, limit);
  return converted;
}
