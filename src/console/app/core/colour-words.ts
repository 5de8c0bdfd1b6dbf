/** The colour of every value that an element of a plane can have. */
import type { ImageDescription } from '../../live-protocol.js';
import { type ColormapName, colormapTable, OVER_COLOUR, UNDER_COLOUR } from './colormaps.js';
import { type DisplayRange, placeInRange, type Scaling } from './display-range.js';

export interface Colouring {
  readonly range: DisplayRange;
  readonly scaling: Scaling;
  readonly colormap: ColormapName;
  /** Values outside of the range get colours of their own. */
  readonly marksOutside: boolean;
}

/** @returns red, green, blue, alpha in the order of `ImageData`, as one number per value: 256, or 65 536 */
export function colourWords(
  { type, low, scale }: ImageDescription['plane'],
  { range, scaling, colormap, marksOutside }: Colouring,
): Uint32Array {
  const colours = new Uint32Array(colormapTable(colormap).slice().buffer);
  const over = marksOutside ? packed(OVER_COLOUR) : colours[255]!;
  const under = marksOutside ? packed(UNDER_COLOUR) : colours[0]!;
  const words = new Uint32Array(type === 'uint8' ? 256 : 65_536);
  for (let element = 0; element < words.length; element += 1) {
    const place = placeInRange(low + element / scale, range, scaling);
    if (place > 1) words[element] = over;
    else if (place < 0) words[element] = under;
    else words[element] = colours[Math.round(place * 255)]!;
  }
  return words;
}

function packed(colour: readonly number[]): number {
  return new Uint32Array(Uint8Array.of(...colour, 255).buffer)[0]!;
}
