/** What a viewer asks of the kernels, native or not. */
import type { Image } from './kernels.js';

/** The bin of `value` is `trunc((value - low) * scale)`. */
export interface Distribution {
  readonly low: number;
  readonly scale: number;
  /** Of the finite values; +∞ and -∞ when there is none. */
  readonly minimum: number;
  readonly maximum: number;
  /** Number of pixels that are not finite; they are in no bin. */
  readonly notFinite: number;
}

export interface PlaneOptions {
  /** Blocks of factor × factor pixels become one element; those at the right and lower edge may be smaller. */
  readonly factor: number;
  /** The largest pixel of each block instead of the mean. */
  readonly peak: boolean;
  /** Elements are `(value - low) * scale`, rounded and limited to their type; not a number becomes 0. */
  readonly low: number;
  readonly scale: number;
}

export interface PlaneKernels {
  /**
   * Counts the pixels in `counts.length` equal bins. For integers of at most 16 bits and 65536 bins each value has its own
   * bin, beginning with the lowest of the type; else the bins span minimum to maximum.
   */
  measure(image: Image, counts: Uint32Array): Promise<Distribution>;
  /** @param plane at least `ceil(rows / factor) * ceil(columns / factor)` elements, row-major */
  reduce(image: Image, options: PlaneOptions, plane: Uint8Array | Uint16Array): Promise<void>;
}
