/** Which pixels are large enough on the screen for their value to be printed on them. */
import { type LiveFrame, planeValue } from './live-frame.js';
import { type Affine, apply, inverse, type Size, scaleOf } from './view-geometry.js';

/** Pixels of the screen that a pixel of the image must be wide. */
const SMALLEST = 48;
/** Values at once: more cannot be read, and take time. */
const MOST = 1200;

export interface PrintedPixel {
  /** Middle of the pixel on the screen. */
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

/** None unless pixels are large enough, and the frame has each of them. */
export function printedPixels(frame: LiveFrame, placement: Affine, screen: Size): PrintedPixel[] {
  const { image } = frame.header;
  if (image === null || image.factor !== 1 || scaleOf(placement) < SMALLEST) return [];
  const back = inverse(placement);
  const corners = [apply(back, 0, 0), apply(back, screen.width, screen.height)] as const;
  const span = (along: 0 | 1, most: number): [number, number] => {
    const ends = corners.map((corner) => corner[along]);
    return [Math.max(0, Math.floor(Math.min(...ends))), Math.min(most, Math.ceil(Math.max(...ends)))];
  };
  const [left, right] = span(0, image.width);
  const [top, bottom] = span(1, image.height);
  if ((right - left) * (bottom - top) > MOST) return [];
  const pixels: PrintedPixel[] = [];
  for (let row = top; row < bottom; row += 1) {
    for (let column = left; column < right; column += 1) {
      const found = planeValue(frame, column, row);
      if (found === null) continue;
      const [x, y] = apply(placement, column + 0.5, row + 0.5);
      pixels.push({ x, y, value: found.value });
    }
  }
  return pixels;
}
