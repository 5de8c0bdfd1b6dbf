/** The pictures that were shown last, to look back at while the stream goes on. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { LiveFrame } from '../core/live-frame.js';

const MOST_FRAMES = 60;
const MOST_BYTES = 256e6;

export class FrameStack {
  readonly frames = signal<readonly LiveFrame[]>([]);
  /** Place of the frame that is looked at while frozen; null: live. */
  readonly at = signal<number | null>(null);
  readonly isFrozen = computed(() => this.at.value !== null);
  /** The frame on the screen. */
  readonly shown: ReadonlySignal<LiveFrame | null>;

  constructor(newest: ReadonlySignal<LiveFrame | null>) {
    this.shown = computed(() => {
      const at = this.at.value;
      return at === null ? newest.value : (this.frames.value[at] ?? null);
    });
  }

  /** Keeps what was shown. It follows no signal, so that who draws does not draw again because of it. */
  keep(frame: LiveFrame): void {
    const kept = this.frames.peek();
    if (this.at.peek() !== null || kept.at(-1) === frame) return;
    let frames = [...kept.slice(1 - MOST_FRAMES), frame];
    let bytes = frames.reduce((sum, entry) => sum + entry.bytes, 0);
    while (bytes > MOST_BYTES && frames.length > 1) {
      bytes -= frames[0]!.bytes;
      frames = frames.slice(1);
    }
    this.frames.value = frames;
  }

  /** Nothing happens before the first picture. */
  freeze(): void {
    if (this.at.value === null && this.frames.value.length > 0) this.at.value = this.frames.value.length - 1;
  }

  goOn(): void {
    this.at.value = null;
  }

  /** @param step −1: an older picture; freezes when live */
  step(step: number): void {
    this.freeze();
    if (this.at.value === null) return;
    this.at.value = Math.min(this.frames.value.length - 1, Math.max(0, this.at.value + step));
  }

  /** Looks at the picture whose pulse is next to this one. */
  lookNear(pulseId: number): void {
    const away = this.frames.peek().map((frame) => Math.abs(frame.header.pulse_id - pulseId));
    if (away.length > 0) this.at.value = away.indexOf(Math.min(...away));
  }

  clear(): void {
    this.at.value = null;
    this.frames.value = [];
  }
}
