import type { Slot } from './protocol.js';
import { SharedMemory } from './shared-memory.js';

/** The memory of the calls that a process holds at the same time. */
export class Slots {
  /** Of all slots, by their number. */
  readonly memory: readonly Slot[];
  readonly #free: number[];

  constructor(count: number) {
    this.memory = Array.from({ length: count }, () => ({
      input: new SharedMemory(),
      output: new SharedMemory(),
    }));
    this.#free = Array.from(this.memory.keys());
  }

  get free(): number {
    return this.#free.length;
  }

  /** There must be a free one. */
  take(): { readonly index: number; readonly slot: Slot } {
    const index = this.#free.pop()!;
    return { index, slot: this.memory[index]! };
  }

  release(index: number): void {
    this.#free.push(index);
  }

  close(): void {
    for (const { input, output } of this.memory) {
      input.close();
      output.close();
    }
  }
}
