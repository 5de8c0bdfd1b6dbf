/**
 * Brings messages of several workers back into order (`pid_buffer`): the lowest pulse id leaves when enough have come.
 */
interface Entry<Item> {
  readonly pulseId: bigint;
  readonly item: Item;
}

export class PulseIdBuffer<Item> {
  /** In growing pulse ids; equal ones in the order in which they came. */
  readonly #entries: Entry<Item>[] = [];

  /** @param size the buffer holds back one message less; 1 and below: every message leaves at once */
  constructor(private readonly size: number) {}

  /** Adds an item. @returns the one that leaves now, or null */
  push(pulseId: bigint, item: Item): Item | null {
    const entries = this.#entries;
    let index = entries.length;
    while (index > 0 && entries[index - 1]!.pulseId > pulseId) index -= 1;
    entries.splice(index, 0, { pulseId, item });
    return entries.length >= this.size ? entries.shift()!.item : null;
  }

  /** Takes out everything that is held back, in order. */
  clear(): Item[] {
    return this.#entries.splice(0).map(({ item }) => item);
  }
}
