/** Marks of the user over the picture, bound to channels of the stream. */

/** A cross where both are given; a line across the picture where one is. Values are in the units of the axes. */
export interface OwnOverlay {
  readonly x: string | null;
  readonly y: string | null;
}

/** More would hide the picture. */
export const MOST_OVERLAYS = 8;

/** `x_rms,y_rms;my_mark,;,my_line`: as the address has it; what is no pair of names is left out. */
export function parseOverlays(text: string): OwnOverlay[] {
  return text
    .split(';')
    .map((part) => part.split(',').map((name) => name.trim()))
    .filter((names) => names.length === 2 && names.some((name) => name !== ''))
    .map(([x, y]) => ({ x: x || null, y: y || null }))
    .slice(0, MOST_OVERLAYS);
}

export function formatOverlays(overlays: readonly OwnOverlay[]): string {
  return overlays.map(({ x, y }) => `${x ?? ''},${y ?? ''}`).join(';');
}

export function overlayName({ x, y }: OwnOverlay): string {
  if (x !== null && y !== null) return `${x}, ${y}`;
  return x === null ? `y = ${y}` : `x = ${x}`;
}
