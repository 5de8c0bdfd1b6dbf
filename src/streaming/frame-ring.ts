/**
 * Slots of shared memory that carry images to worker threads. A slot has one owner at a time; its state lies in shared memory
 * too, so that both sides can check whose turn it is.
 *
 * `free → filled → processing → done → sending → free`; the main thread owns all states but `processing`.
 */

export const SLOT_STATES = ['free', 'filled', 'processing', 'done', 'sending'] as const;
export type SlotState = (typeof SLOT_STATES)[number];

export interface FrameSlot {
  readonly index: number;
  /** At least as many bytes as were asked for. */
  readonly memory: SharedArrayBuffer;
}

export interface FrameRingOptions {
  readonly slots: number;
  /** Memory of all slots together. */
  readonly maximumBytes: number;
  /** Slots that exist even if that takes more than `maximumBytes`. */
  readonly minimumSlots: number;
  /** Free slots beyond these give their memory back. */
  readonly keptSlots: number;
}

export class FrameRing {
  /** One state per slot, for `changeSlotState`. */
  readonly states: SharedArrayBuffer;
  readonly #memories: (SharedArrayBuffer | null)[];
  /** The slot that was used last is used next, because its memory is still in the caches. */
  readonly #free: number[];
  #bytes = 0;

  constructor(private readonly options: FrameRingOptions) {
    const { slots } = options;
    this.states = new SharedArrayBuffer(4 * slots);
    this.#memories = Array.from({ length: slots }, () => null);
    this.#free = Array.from({ length: slots }, (_, index) => slots - 1 - index);
  }

  get freeSlots(): number {
    return this.#free.length;
  }

  /** Bytes held by all slots. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a free slot of at least `bytes` bytes for filling; null when there is none. */
  acquire(bytes: number): FrameSlot | null {
    const index = this.#free.at(-1);
    if (index === undefined) return null;
    const present = this.#memories[index]!;
    let memory = present;
    if (present === null || present.byteLength < bytes) {
      const total = this.#bytes - (present?.byteLength ?? 0) + bytes;
      const used = this.#memories.length - this.#free.length;
      if (total > this.options.maximumBytes && used >= this.options.minimumSlots) return null;
      memory = new SharedArrayBuffer(bytes);
      this.#memories[index] = memory;
      this.#bytes = total;
    }
    this.#free.pop();
    changeSlotState(this.states, index, 'free', 'filled');
    return { index, memory: memory! };
  }

  /** Gives a slot back from whatever state it is in. */
  release(slot: FrameSlot): void {
    const state = SLOT_STATES[Atomics.exchange(new Int32Array(this.states), slot.index, 0)];
    if (state === 'free') throw new Error(`Frame slot ${slot.index} was released twice`);
    this.#free.push(slot.index);
    if (this.#free.length > this.options.keptSlots) this.shrink();
  }

  private shrink(): void {
    const index = this.#free.find((free) => this.#memories[free] !== null);
    const withMemory = this.#free.filter((free) => this.#memories[free] !== null).length;
    if (index === undefined || withMemory <= this.options.keptSlots) return;
    this.#bytes -= this.#memories[index]!.byteLength;
    this.#memories[index] = null;
  }
}

export function slotState(states: SharedArrayBuffer, index: number): SlotState {
  return SLOT_STATES[Atomics.load(new Int32Array(states), index)]!;
}

/**
 * Hands a slot from one owner to the next.
 * @throws Error when the slot is not in state `from`: somebody else owns it
 */
export function changeSlotState(
  states: SharedArrayBuffer,
  index: number,
  from: SlotState,
  to: SlotState,
): void {
  const expected = SLOT_STATES.indexOf(from);
  const found = Atomics.compareExchange(new Int32Array(states), index, expected, SLOT_STATES.indexOf(to));
  if (found !== expected) {
    throw new Error(`Frame slot ${index} is ${SLOT_STATES[found]}, it should be ${from}`);
  }
}
