/** What one viewer shows and how: colours, range, visible part, overlays, frozen pictures. Kept in the address for the main viewer. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { type ColormapName, isColormap } from '../core/colormaps.js';
import {
  type DisplayRange,
  formatRange,
  parseRange,
  type RangeMode,
  type Scaling,
  smoothed,
} from '../core/display-range.js';
import type { LiveFrame } from '../core/live-frame.js';
import { formatMarkers, type Marker, parseMarkers, withMarker } from '../core/markers.js';
import { formatOverlays, type OwnOverlay, parseOverlays } from '../core/own-overlays.js';
import type { Cluster } from '../core/plant.js';
import { formatRect, type Orientation, parseRect, type Rect, type Size } from '../core/view-geometry.js';
import { wantedPicture, wantedValues } from '../core/wanted-view.js';
import { queryValue, setQuery } from '../data/navigation.js';
import { type PacedSignal, paced } from '../data/paced.js';
import { changeSettings, settings } from '../data/settings.js';
import { FrameStack } from './frame-stack.js';
import { LiveConnection } from './live-connection.js';

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

/** Bits per second that the pictures of one viewer may take at the usual rate: 1280 × 1080 pixels of 8 bits. */
const BIT_RATE = 60e6;
const USUAL_RATE = 5;
/** Milliseconds. */
const READING_PERIOD = 250;

export interface ViewerOptions {
  readonly cluster: Cluster;
  readonly instance: string;
  /** The state is kept in the address. */
  readonly main: boolean;
  readonly rate: number;
  /** Goes on when the page is hidden. */
  readonly staysHidden?: boolean;
}

export class ViewerModel {
  readonly live: LiveConnection;
  readonly options: ViewerOptions;
  readonly colormap: Signal<ColormapName>;
  readonly rangeMode: Signal<RangeMode>;
  readonly manual: Signal<DisplayRange | null>;
  readonly scaling: Signal<Scaling>;
  /** Null: the whole image. */
  readonly view: Signal<Rect | null>;
  readonly overlays: Signal<ReadonlySet<OverlayName>>;
  readonly ownOverlays: Signal<readonly OwnOverlay[]>;
  readonly orientation: Signal<Orientation>;
  readonly rate: Signal<number>;
  readonly screen = signal<Size>({ width: 0, height: 0 });
  /** What was shown last, and where in it one is while frozen. */
  readonly stack: FrameStack;
  readonly isFrozen: ReadonlySignal<boolean>;
  /** The frame on the screen. */
  readonly shown: ReadonlySignal<LiveFrame | null>;
  /** The frame that the numbers beside the picture tell of: they change no faster than people read. */
  readonly told: PacedSignal<LiveFrame | null>;
  /** Takes the next rectangle that is dragged over the picture, in pixels of the image; null: dragging pans. */
  readonly drawing = signal<((rect: Rect) => void) | null>(null);
  /** A region of interest that is not in force yet. */
  readonly proposed = signal<Rect | null>(null);
  /** A click on the picture sets a mark. */
  readonly isMeasuring = signal(false);
  readonly markers: Signal<readonly Marker[]>;
  #automatic: DisplayRange | null = null;
  #automaticOf: LiveFrame | null = null;

  constructor(options: ViewerOptions) {
    this.options = options;
    const value = (name: string): string => (options.main ? queryValue(name) : '');
    const map = value('map') || settings.value.colormap;
    const { mode, manual } = parseRange(value('range'));
    const scaling = value('scaling');
    const overlays =
      options.main && value('overlays') !== '' ? value('overlays').split(',') : settings.value.overlays;
    this.colormap = signal(isColormap(map) ? map : 'viridis');
    this.rangeMode = signal(mode);
    this.manual = signal(manual);
    this.scaling = signal(scaling === 'sqrt' || scaling === 'log' ? scaling : 'linear');
    this.view = signal(parseRect(value('view')));
    const known = OVERLAYS.map(([name]) => name);
    this.overlays = signal(new Set(known.filter((name) => overlays.includes(name))));
    const own = options.main ? value('own') || (settings.value.ownOverlays[options.instance] ?? '') : '';
    this.ownOverlays = signal(parseOverlays(own));
    this.orientation = signal(readOrientation(value('turn')));
    this.rate = signal(Number(value('rate')) || options.rate);
    this.markers = signal(parseMarkers(value('markers')));
    this.isMeasuring.value = this.markers.value.length > 0;
    this.live = new LiveConnection(options.cluster, options.instance, options.staysHidden === true);
    this.stack = new FrameStack(this.live.frame);
    this.isFrozen = this.stack.isFrozen;
    this.shown = this.stack.shown;
    this.told = paced(
      () => this.shown.value,
      () => this.isFrozen.value,
      READING_PERIOD,
    );
  }

  /** Full size of the image; null without one. */
  readonly imageSize = computed<Size | null>(() => {
    const image = this.shown.value?.header.image ?? null;
    return image === null ? null : { width: image.width, height: image.height };
  });

  /** Values that the colours span, for the frame on the screen. */
  rangeFor(frame: LiveFrame): DisplayRange {
    const image = frame.header.image!;
    const full = { low: image.minimum ?? 0, high: image.maximum ?? 1 };
    if (this.rangeMode.value === 'manual' && this.manual.value !== null) return this.manual.value;
    if (this.rangeMode.value === 'full') return full;
    if (this.#automaticOf !== frame) {
      const next = image.automatic === null ? full : { low: image.automatic[0], high: image.automatic[1] };
      this.#automatic = smoothed(this.#automatic, next, settings.value.calm ? 0.08 : 0.3);
      this.#automaticOf = frame;
    }
    return this.#automatic!;
  }

  setColormap(name: ColormapName): void {
    this.colormap.value = name;
    if (this.options.main) changeSettings({ colormap: name });
    this.#remember({ map: name });
  }

  setRange(mode: RangeMode, manual: DisplayRange | null = this.manual.value): void {
    this.rangeMode.value = mode;
    this.manual.value = manual;
    this.#remember({ range: formatRange(mode, manual) });
    this.announce();
  }

  setScaling(scaling: Scaling): void {
    this.scaling.value = scaling;
    this.#remember({ scaling: scaling === 'linear' ? null : scaling });
    this.announce();
  }

  setView(view: Rect | null): void {
    this.view.value = view;
    this.#remember({ view: view === null ? null : formatRect(view) });
    this.announce();
  }

  setRate(rate: number): void {
    this.rate.value = rate;
    this.#remember({ rate: rate === this.options.rate ? null : String(rate) });
    this.announce();
  }

  setOrientation(orientation: Orientation): void {
    this.orientation.value = orientation;
    const { turns, mirrored } = orientation;
    this.#remember({ turn: turns === 0 && !mirrored ? null : `${turns}${mirrored ? 'm' : ''}` });
    this.announce();
  }

  toggleOverlay(name: OverlayName): void {
    const next = new Set(this.overlays.value);
    if (!next.delete(name)) next.add(name);
    this.overlays.value = next;
    if (this.options.main) changeSettings({ overlays: [...next] });
    this.#remember({ overlays: [...next].join(',') || 'none' });
  }

  /** Remembered for this instance, and in the address. */
  setOwnOverlays(overlays: readonly OwnOverlay[]): void {
    this.ownOverlays.value = overlays;
    const text = formatOverlays(overlays);
    changeSettings({ ownOverlays: { ...settings.value.ownOverlays, [this.options.instance]: text } });
    this.#remember({ own: text });
  }

  /** Tells the server what is wanted now. */
  announce(): void {
    if (this.screen.value.width === 0) return;
    const rate = settings.value.calm ? Math.min(2, this.rate.value) : this.rate.value;
    this.live.set({
      ...wantedPicture(
        this.view.value,
        this.screen.value,
        this.orientation.value,
        window.devicePixelRatio || 1,
      ),
      ...wantedValues(this.rangeMode.value, this.manual.value, this.scaling.value),
      rate,
      // who asks for more pictures than usual gets as much more of the network
      bit_rate: BIT_RATE * Math.max(1, rate / USUAL_RATE),
      in_flight: 2,
    });
  }

  toggleFreeze(): void {
    if (this.isFrozen.value) {
      this.stack.goOn();
      this.live.hold(null);
    } else {
      this.stack.freeze();
      const pulseId = this.shown.value?.header.pulse_id;
      if (this.isFrozen.value && pulseId !== undefined) this.live.hold(pulseId);
    }
  }

  /** @param step −1: an older picture; freezes when live */
  stepFrame(step: number): void {
    if (!this.isFrozen.value) this.toggleFreeze();
    this.stack.step(step);
  }

  toggleMeasuring(): void {
    this.isMeasuring.value = !this.isMeasuring.value;
    if (!this.isMeasuring.value) this.setMarkers([]);
  }

  /** Sets a mark on the pixel at that place of the image. */
  mark(x: number, y: number): void {
    this.setMarkers(withMarker(this.markers.value, [Math.floor(x), Math.floor(y)]));
  }

  setMarkers(markers: readonly Marker[]): void {
    this.markers.value = markers;
    this.#remember({ markers: formatMarkers(markers) || null });
  }

  close(): void {
    this.live.close();
    this.told.stop();
    this.stack.clear();
  }

  #remember(changes: Readonly<Record<string, string | null>>): void {
    if (this.options.main) setQuery(changes);
  }
}

function readOrientation(text: string): Orientation {
  return { turns: Number.parseInt(text, 10) % 4 || 0, mirrored: text.endsWith('m') };
}
