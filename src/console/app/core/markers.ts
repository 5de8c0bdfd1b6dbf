/** Marks that people set on the picture to measure: at most two, in pixels of the full image. */
import type { LiveFrame } from './live-frame.js';

export type Marker = readonly [x: number, y: number];

/** One more mark; a third one begins anew. */
export function withMarker(markers: readonly Marker[], marker: Marker): readonly Marker[] {
  return markers.length < 2 ? [...markers, marker] : [marker];
}

/** `12,20;640,480`; what is none is left out. */
export function parseMarkers(text: string): readonly Marker[] {
  return text
    .split(';')
    .map((part) => part.split(',').map(Number))
    .filter((numbers): numbers is [number, number] => numbers.length === 2 && numbers.every(Number.isFinite))
    .slice(0, 2);
}

export function formatMarkers(markers: readonly Marker[]): string {
  return markers.map((marker) => marker.join(',')).join(';');
}

export interface Distance {
  readonly x: number;
  readonly y: number;
  readonly length: number;
}

/** From the first mark to the second in pixels, and in the unit of the axes when the message has them; null without two marks. */
export function distanceBetween(
  [from, to]: readonly Marker[],
  frame: LiveFrame | null,
): { readonly pixels: Distance; readonly onAxes: Distance | null } | null {
  if (from === undefined || to === undefined) return null;
  const along = (axis: 'x_axis' | 'y_axis', place: 0 | 1): number | undefined => {
    const values = frame?.arrays.get(axis);
    return values === undefined ? undefined : values[to[place]]! - values[from[place]]!;
  };
  const [x, y] = [along('x_axis', 0), along('y_axis', 1)];
  return {
    pixels: distance(to[0] - from[0], to[1] - from[1]),
    onAxes: x === undefined || y === undefined || !Number.isFinite(x + y) ? null : distance(x, y),
  };
}

function distance(x: number, y: number): Distance {
  return { x, y, length: Math.hypot(x, y) };
}
