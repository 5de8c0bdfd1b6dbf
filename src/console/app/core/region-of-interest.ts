/** Regions of interest: `[x, width, y, height]` in configurations, rectangles on the picture. */
import type { Json } from './plant.js';
import type { Rect, Size } from './view-geometry.js';

export type Region = readonly [x: number, width: number, y: number, height: number];

/** Null for anything but four whole numbers with an extent. */
export function readRegion(value: Json | undefined): Region | null {
  if (!Array.isArray(value) || value.length !== 4 || !value.every(Number.isSafeInteger)) return null;
  const [x, width, y, height] = value as number[] as [number, number, number, number];
  return x >= 0 && y >= 0 && width >= 1 && height >= 1 ? [x, width, y, height] : null;
}

/**
 * What was drawn on a picture that is a region itself.
 * @param present the region that the picture is; null: the whole image
 * @returns null when less than a pixel of the picture was drawn over
 */
export function regionFromRect(drawn: Rect, size: Size, present: Region | null): Region | null {
  const within = (value: number, most: number): number => Math.min(Math.max(0, Math.round(value)), most);
  const [left, right] = [within(drawn[0], size.width), within(drawn[2], size.width)];
  const [top, bottom] = [within(drawn[1], size.height), within(drawn[3], size.height)];
  if (right <= left || bottom <= top) return null;
  const [x, y] = present === null ? [0, 0] : [present[0], present[2]];
  return [x + left, right - left, y + top, bottom - top];
}

/** Where a region lies on a picture that is the region `present`. */
export function rectOfRegion(region: Region, present: Region | null): Rect {
  const [x, width, y, height] = region;
  const [left, top] = present === null ? [x, y] : [x - present[0], y - present[2]];
  return [left, top, left + width, top + height];
}
