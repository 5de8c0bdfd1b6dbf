/** Where the image is on the screen: visible part, zoom, pan, turning and mirroring, and the way from pixel to pixel. */

/** Visible part in pixels of the full image: left, top, right, bottom. */
export type Rect = readonly [number, number, number, number];

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Orientation {
  /** Quarter turns clockwise. */
  readonly turns: number;
  readonly mirrored: boolean;
}

export const UPRIGHT: Orientation = { turns: 0, mirrored: false };

/** `[a, b, c, d, e, f]`: x' = a·x + c·y + e, y' = b·x + d·y + f, as canvas and SVG have it. */
export type Affine = readonly [number, number, number, number, number, number];

export function wholeImage({ width, height }: Size): Rect {
  return [0, 0, width, height];
}

/** The largest picture of the rectangle in the middle of the screen, every pixel square. */
export function imageToScreen(view: Rect, screen: Size, { turns, mirrored }: Orientation): Affine {
  const [width, height] = [view[2] - view[0], view[3] - view[1]];
  const turned = turns % 2 === 1;
  const scale = Math.min(screen.width / (turned ? height : width), screen.height / (turned ? width : height));
  const [cx, cy] = [(view[0] + view[2]) / 2, (view[1] + view[3]) / 2];
  const quarter = ((turns % 4) + 4) % 4;
  const cos = [1, 0, -1, 0][quarter]!;
  const sin = [0, 1, 0, -1][quarter]!;
  const flip = mirrored ? -1 : 1;
  const [a, b, c, d] = [cos * flip * scale, sin * flip * scale, -sin * scale, cos * scale];
  return [a, b, c, d, screen.width / 2 - a * cx - c * cy, screen.height / 2 - b * cx - d * cy];
}

export function inverse([a, b, c, d, e, f]: Affine): Affine {
  const determinant = a * d - b * c;
  const [ia, ib, ic, id] = [d / determinant, -b / determinant, -c / determinant, a / determinant];
  return [ia, ib, ic, id, -(ia * e + ic * f), -(ib * e + id * f)];
}

export function apply([a, b, c, d, e, f]: Affine, x: number, y: number): [number, number] {
  return [a * x + c * y + e, b * x + d * y + f];
}

/** Screen pixels per image pixel. */
export function scaleOf([a, b]: Affine): number {
  return Math.hypot(a, b);
}

const SMALLEST = 4;

/** Makes the view smaller (factor < 1) or larger around a point of the image, which stays where it is on the screen. */
export function zoomed(view: Rect, image: Size, factor: number, x: number, y: number): Rect {
  const width = (view[2] - view[0]) * factor;
  const height = (view[3] - view[1]) * factor;
  if (width < SMALLEST || height < SMALLEST) return view;
  const left = x - (x - view[0]) * factor;
  const top = y - (y - view[1]) * factor;
  return kept([left, top, left + width, top + height], image);
}

export function moved(view: Rect, image: Size, dx: number, dy: number): Rect {
  return kept([view[0] + dx, view[1] + dy, view[2] + dx, view[3] + dy], image);
}

/** Inside the image; never larger than it. */
export function kept(view: Rect, image: Size): Rect {
  const width = Math.min(view[2] - view[0], image.width);
  const height = Math.min(view[3] - view[1], image.height);
  const left = Math.min(Math.max(0, view[0]), image.width - width);
  const top = Math.min(Math.max(0, view[1]), image.height - height);
  return [left, top, left + width, top + height];
}

export function isWhole(view: Rect, image: Size): boolean {
  return view[0] <= 0 && view[1] <= 0 && view[2] >= image.width && view[3] >= image.height;
}

/** One screen pixel for one image pixel, around the middle of the view. */
export function oneToOne(view: Rect, image: Size, screen: Size): Rect {
  const [cx, cy] = [(view[0] + view[2]) / 2, (view[1] + view[3]) / 2];
  const [width, height] = [Math.min(screen.width, image.width), Math.min(screen.height, image.height)];
  return kept([cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2], image);
}

/** `12,20,640,480`; null for anything else. */
export function parseRect(text: string): Rect | null {
  const numbers = text.split(',').map(Number);
  if (numbers.length !== 4 || !numbers.every(Number.isFinite)) return null;
  const [left, top, right, bottom] = numbers as [number, number, number, number];
  return right > left && bottom > top ? [left, top, right, bottom] : null;
}

export function formatRect(view: Rect): string {
  return view.map((value) => Math.round(value * 10) / 10).join(',');
}

/** Index with fraction of a value on an axis that runs evenly, up or down; null outside or without an axis. */
export function indexOnAxis(axis: ArrayLike<number> | undefined, value: number): number | null {
  if (axis === undefined || axis.length < 2) return null;
  const step = (axis[axis.length - 1]! - axis[0]!) / (axis.length - 1);
  const index = (value - axis[0]!) / step;
  return Number.isFinite(index) && index >= -0.5 && index <= axis.length - 0.5 ? index : null;
}
