/**
 * The messages that viewers have been shown last, so that downloads and pixel values belong to the picture on the screen.
 * Bounded in number and time: an instance that nobody looks at keeps none.
 */
import type { TappedMessage } from './message-tap.js';

/** Messages kept without being asked for. */
const LAST_SHOWN = 4;
/** Milliseconds for which those are kept. */
const SHOWN_LIFETIME = 30_000;
/** Messages that may be held at the same time. */
const MOST_HELD = 8;

interface Kept {
  readonly message: TappedMessage;
  expires: number;
  isHeld: boolean;
}

export class KeptMessages {
  readonly #kept = new Map<bigint, Kept>();
  #timer: NodeJS.Timeout | null = null;

  /** Keeps a message that was shown. */
  add(message: TappedMessage): void {
    if (this.#kept.has(message.pulseId)) return;
    this.#kept.set(message.pulseId, { message, expires: Date.now() + SHOWN_LIFETIME, isHeld: false });
    this.limit(false, LAST_SHOWN);
    this.#timer ??= setInterval(() => this.expire(), 5000).unref();
  }

  /**
   * Keeps a shown message for that many milliseconds from now on; a held one longer.
   * @returns false when it is not there any more
   */
  hold(pulseId: bigint, lifetime: number): boolean {
    const kept = this.find(pulseId);
    if (kept === null) return false;
    this.#kept.set(pulseId, { message: kept, expires: Date.now() + lifetime, isHeld: true });
    this.limit(true, MOST_HELD);
    return true;
  }

  find(pulseId: bigint): TappedMessage | null {
    this.expire();
    return this.#kept.get(pulseId)?.message ?? null;
  }

  private limit(isHeld: boolean, most: number): void {
    const alike = [...this.#kept].filter(([, kept]) => kept.isHeld === isHeld);
    for (const [pulseId] of alike.slice(0, Math.max(0, alike.length - most))) this.#kept.delete(pulseId);
  }

  private expire(): void {
    const now = Date.now();
    for (const [pulseId, { expires }] of this.#kept) if (expires < now) this.#kept.delete(pulseId);
    if (this.#kept.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
