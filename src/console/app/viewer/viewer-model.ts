/** What one viewer shows and how: colours, range, visible part, overlays, frozen pictures. Kept in the address for the main viewer. */
import { computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import type { ColormapName } from '../core/colormaps.js';
import {
  type DisplayRange,
  formatRange,
  type RangeMode,
  type Scaling,
  smoothed,
} from '../core/display-range.js';
import type { LiveFrame } from '../core/live-frame.js';
import { formatMarkers, type Marker, withMarker } from '../core/markers.js';
import { formatOverlays, type OwnOverlay } from '../core/own-overlays.js';
import type { Cluster } from '../core/plant.js';
import {
  formatRect,
  type Orientation,
  type Rect,
  type Size,
  wholeImage,
  zoomed,
} from '../core/view-geometry.js';
import { wantedPicture, wantedValues } from '../core/wanted-view.js';
import { setQuery } from '../data/navigation.js';
import { type PacedSignal, paced } from '../data/paced.js';
import { changeSettings, settings } from '../data/settings.js';
import { FrameStack } from './frame-stack.js';
import { LiveConnection } from './live-connection.js';
import { type OverlayName, ViewState, type ViewStateOptions } from './view-state.js';

/** Bits per second that the pictures of one viewer may take at the usual rate: 1280 × 1080 pixels of 8 bits. */
const BIT_RATE = 60e6;
const USUAL_RATE = 5;
/** Milliseconds. */
const READING_PERIOD = 250;
/** Of the width and height that are visible, when the second view is opened. */
const SECOND_SHARE = 0.35;

export interface ViewerOptions extends ViewStateOptions {
  readonly cluster: Cluster;
  /** Goes on when the page is hidden. */
  readonly staysHidden?: boolean;
  /** Shares its freezing too. */
  readonly beside?: ViewerModel;
}

export class ViewerModel extends ViewState {
  readonly live: LiveConnection;
  readonly screen = signal<Size>({ width: 0, height: 0 });
  /** What was shown last, and where in it one is while frozen. */
  readonly stack: FrameStack;
  readonly isFrozen: ReadonlySignal<boolean>;
  /** The frame on the screen. */
  readonly shown: ReadonlySignal<LiveFrame | null>;
  /** The frame that the numbers beside the picture tell of: they change no faster than people read. */
  readonly told: PacedSignal<LiveFrame | null>;
  readonly #unfollow: (() => void)[] = [];
  #automatic: DisplayRange | null = null;
  #automaticOf: LiveFrame | null = null;

  constructor(readonly options: ViewerOptions) {
    super(options);
    const { beside } = options;
    this.live = new LiveConnection({
      cluster: options.cluster,
      instance: options.instance,
      staysHidden: options.staysHidden === true,
      isCompanion: beside !== undefined,
      averaging: () => this.averaging.peek(),
    });
    this.stack = new FrameStack(this.live.frame);
    this.isFrozen = this.stack.isFrozen;
    this.shown = this.stack.shown;
    if (beside !== undefined) this.#follow(beside);
    else {
      const remembering = effect(() => {
        const rect = this.second.value;
        untracked(() => this.#remember({ second: rect === null ? null : formatRect(rect) }));
      });
      this.#unfollow.push(remembering);
    }
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
    const size = this.imageSize.value;
    // a further window on the whole image is open all the same
    const isOpen = this.options.beside !== undefined && size !== null;
    this.view.value = view ?? (isOpen ? wholeImage(size) : null);
    this.#remember({ view: view === null ? null : formatRect(view) });
    this.announce();
  }

  /** Opens the second view in the middle of what is visible, or closes it. */
  toggleSecond(): void {
    const size = this.imageSize.value;
    if (this.second.value !== null) this.second.value = null;
    else if (size !== null) {
      const whole = this.view.value ?? wholeImage(size);
      const [x, y] = [(whole[0] + whole[2]) / 2, (whole[1] + whole[3]) / 2];
      this.second.value = zoomed(whole, size, SECOND_SHARE, x, y);
    }
  }

  setAveraging(count: number): void {
    this.averaging.value = count;
    this.#remember({ mean: count === 1 ? null : String(count) });
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
    if (this.options.main) {
      const names = [...next];
      changeSettings({
        overlays: names,
        overlaysOf: { ...settings.value.overlaysOf, [this.options.instance]: names },
      });
    }
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
      // a mean has finer steps than its pictures
      ...(this.averaging.value > 1 ? { encoding: 'uint16' as const } : {}),
      ...(this.options.isBare === true ? { channels: [] } : {}),
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
    if (this.options.beside !== undefined) {
      this.options.beside.setMarkers(markers);
      return;
    }
    this.markers.value = markers;
    this.#remember({ markers: formatMarkers(markers) || null });
  }

  close(): void {
    for (const stop of this.#unfollow) stop();
    this.live.close();
    this.told.stop();
    this.stack.clear();
  }

  /** Asks anew when the other one shows other values, and stands still with it, at the picture next to its one. */
  #follow(beside: ViewerModel): void {
    const asking = effect(() => {
      this.orientation.value;
      this.averaging.value;
      this.view.value;
      this.rate.value;
      [this.rangeMode.value, this.manual.value, this.scaling.value];
      this.announce();
    });
    const freezing = effect(() => {
      const frozen = beside.isFrozen.value ? beside.shown.value : null;
      if (frozen === null) this.stack.goOn();
      else this.stack.lookNear(frozen.header.pulse_id);
    });
    this.#unfollow.push(asking, freezing);
  }

  #remember(changes: Readonly<Record<string, string | null>>): void {
    if (this.options.main) setQuery(changes);
  }
}
