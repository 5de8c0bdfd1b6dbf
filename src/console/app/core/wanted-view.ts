/** What a viewer asks the server for, from what is on its screen. */
import type { ViewSettings } from '../../live-protocol.js';
import type { DisplayRange, RangeMode, Scaling } from './display-range.js';
import type { Orientation, Rect, Size } from './view-geometry.js';

/**
 * @param view visible part of the image; null: all of it
 * @param screen in CSS pixels
 * @param density pixels of the screen per CSS pixel
 */
export function wantedPicture(
  view: Rect | null,
  screen: Size,
  { turns }: Orientation,
  density: number,
): Pick<ViewSettings, 'region' | 'width' | 'height' | 'fit'> {
  const [width, height] = [Math.round(screen.width * density), Math.round(screen.height * density)];
  const [across, down] = turns % 2 === 1 ? [height, width] : [width, height];
  return {
    region:
      view === null
        ? null
        : [Math.floor(view[0]), Math.floor(view[1]), Math.ceil(view[2]), Math.ceil(view[3])],
    width: across,
    height: down,
    // the browser does the last part of the reduction itself, so that no pixel of the screen is coarser than it could be
    fit: 'outside',
  };
}

/** The steps of 8 bits between the lowest and the highest, which also stand for all that is outside. */
const INNER_STEPS = 253;

/** Values as fine as the colours need them. */
export function wantedValues(
  mode: RangeMode,
  manual: DisplayRange | null,
  scaling: Scaling,
): Pick<ViewSettings, 'range' | 'encoding'> {
  // low values that are spread over many colours need more than 8 bits
  const encoding = scaling === 'linear' ? 'auto' : 'uint16';
  if (mode === 'full') return { range: 'full', encoding };
  if (mode === 'auto' || manual === null) return { range: null, encoding };
  const step = (manual.high - manual.low) / INNER_STEPS;
  return { range: [manual.low - step, manual.high + step], encoding };
}
