/** How a viewer shows what it shows: signals that begin as the address and the preferences say. */
import { type Signal, signal } from '@preact/signals';
import { type ColormapName, isColormap } from '../core/colormaps.js';
import { type DisplayRange, parseRange, type RangeMode, type Scaling } from '../core/display-range.js';
import { type Marker, parseMarkers } from '../core/markers.js';
import { type OwnOverlay, parseOverlays } from '../core/own-overlays.js';
import { type Orientation, parseRect, type Rect } from '../core/view-geometry.js';
import { queryValue } from '../data/navigation.js';
import { settings } from '../data/settings.js';

export const OVERLAYS = [
  ['profiles', 'Profiles'],
  ['fit', 'Fit'],
  ['mass', 'Centre of mass'],
  ['good-region', 'Good region'],
  ['slices', 'Slices'],
  ['region', 'Region of interest'],
  ['reticle', 'Reticle'],
] as const;

export type OverlayName = (typeof OVERLAYS)[number][0];

/** Pictures that one may be the mean of. */
export const MOST_AVERAGED = 50;

export interface ViewStateOptions {
  readonly instance: string;
  /** The state is kept in the address. */
  readonly main: boolean;
  readonly rate: number;
  /** The viewer whose colours, turning and marks this one shares: another window on the same. */
  readonly beside?: ViewState;
  /** The visible part, when it is kept elsewhere. */
  readonly view?: Signal<Rect | null>;
  /** Pixels only: no channels besides the image. */
  readonly isBare?: boolean;
}

/** One that is beside another shares its signals, but for the visible part and, when it is bare, the rate. */
export class ViewState {
  readonly colormap: Signal<ColormapName>;
  readonly rangeMode: Signal<RangeMode>;
  readonly manual: Signal<DisplayRange | null>;
  readonly scaling: Signal<Scaling>;
  /** Null: the whole image. */
  readonly view: Signal<Rect | null>;
  /** Visible part of the second view; null: there is none. */
  readonly second: Signal<Rect | null>;
  readonly overlays: Signal<ReadonlySet<OverlayName>>;
  readonly ownOverlays: Signal<readonly OwnOverlay[]>;
  readonly orientation: Signal<Orientation>;
  readonly rate: Signal<number>;
  /** Over how many pictures each one is averaged. */
  readonly averaging: Signal<number>;
  /** A click on the picture sets a mark. */
  readonly isMeasuring: Signal<boolean>;
  readonly markers: Signal<readonly Marker[]>;
  /** Takes the next rectangle that is dragged over the picture, in pixels of the image; null: dragging pans. */
  readonly drawing: Signal<((rect: Rect) => void) | null>;
  /** A region of interest that is not in force yet. */
  readonly proposed: Signal<Rect | null>;

  constructor({ beside, main, instance, rate, view, isBare }: ViewStateOptions) {
    const value = (name: string): string => (main ? queryValue(name) : '');
    const { overlays, overlaysOf, ownOverlays, colormap } = settings.value;
    const map = value('map') || colormap;
    const { mode, manual } = parseRange(value('range'));
    const scaling = value('scaling');
    const chosen =
      value('overlays') === '' ? (overlaysOf[instance] ?? overlays) : value('overlays').split(',');
    const known = OVERLAYS.map(([name]) => name);
    const own = main ? value('own') || (ownOverlays[instance] ?? '') : '';
    this.colormap = beside?.colormap ?? signal(isColormap(map) ? map : 'viridis');
    this.rangeMode = beside?.rangeMode ?? signal(mode);
    this.manual = beside?.manual ?? signal(manual);
    this.scaling = beside?.scaling ?? signal(scaling === 'sqrt' || scaling === 'log' ? scaling : 'linear');
    this.view = view ?? signal(parseRect(value('view')));
    this.second = beside?.second ?? signal(parseRect(value('second')));
    this.overlays = beside?.overlays ?? signal(new Set(known.filter((name) => chosen.includes(name))));
    this.ownOverlays = beside?.ownOverlays ?? signal(parseOverlays(own));
    this.orientation = beside?.orientation ?? signal(readOrientation(value('turn')));
    const hasOwnRate = beside === undefined || isBare === true;
    this.rate = hasOwnRate ? signal(Number(value('rate')) || rate) : beside.rate;
    this.averaging = beside?.averaging ?? signal(Math.min(MOST_AVERAGED, Number(value('mean')) || 1));
    this.markers = beside?.markers ?? signal(parseMarkers(value('markers')));
    this.isMeasuring = beside?.isMeasuring ?? signal(this.markers.value.length > 0);
    this.drawing = beside?.drawing ?? signal(null);
    this.proposed = beside?.proposed ?? signal(null);
  }
}

function readOrientation(text: string): Orientation {
  return { turns: Number.parseInt(text, 10) % 4 || 0, mirrored: text.endsWith('m') };
}
