/** The mean of the last pictures, pixel by pixel. */
import type { ImageDescription } from '../../live-protocol.js';
import type { LiveFrame } from './live-frame.js';

type Plane = Uint8Array | Uint16Array;

interface Part {
  readonly plane: Plane;
  readonly low: number;
  readonly scale: number;
}

const LARGEST = 65_535;

/** Pictures of another region or size begin anew. Numbers and profiles stay those of the newest message. */
export class FrameAverage {
  #parts: Part[] = [];
  #sum = new Float64Array(0);
  #kind = '';

  /**
   * @param count over how many pictures; 1: none but this one
   * @returns the frame with the mean instead of its pixels, and over how many it is
   */
  add(frame: LiveFrame, count: number): LiveFrame {
    const { image } = frame.header;
    if (count <= 1 || image === null || frame.plane === null) {
      this.clear();
      return frame;
    }
    const kind = `${image.region.join()} ${image.factor}`;
    if (kind !== this.#kind || this.#sum.length !== frame.plane.length) {
      this.clear();
      this.#kind = kind;
      this.#sum = new Float64Array(frame.plane.length);
    }
    this.#take({ plane: frame.plane, low: image.plane.low, scale: image.plane.scale }, 1);
    while (this.#parts.length > count) this.#take(this.#parts[0]!, -1);
    return this.#parts.length === 1 ? frame : this.#mean(frame, image);
  }

  clear(): void {
    this.#parts = [];
    this.#sum = new Float64Array(0);
    this.#kind = '';
  }

  #take(part: Part, sign: 1 | -1): void {
    if (sign === 1) this.#parts.push(part);
    else this.#parts.shift();
    const { plane, low, scale } = part;
    const [start, factor] = [sign * low, sign / scale];
    const sum = this.#sum;
    for (let index = 0; index < sum.length; index += 1) sum[index]! += start + plane[index]! * factor;
  }

  #mean(frame: LiveFrame, image: ImageDescription): LiveFrame {
    const sum = this.#sum;
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let index = 0; index < sum.length; index += 1) {
      const value = sum[index]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const stretch = LARGEST / Math.max(high - low, 1e-12);
    const plane = new Uint16Array(sum.length);
    for (let index = 0; index < sum.length; index += 1) plane[index] = (sum[index]! - low) * stretch + 0.5;
    const count = this.#parts.length;
    const described = { ...image.plane, type: 'uint16', low: low / count, scale: stretch * count } as const;
    return {
      ...frame,
      header: { ...frame.header, image: { ...image, plane: described } },
      plane,
      bytes: frame.bytes + plane.byteLength,
      averaged: count,
    };
  }
}
