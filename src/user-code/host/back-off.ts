/** Milliseconds before a process is replaced that ended again without a result. */
const FIRST_DELAY = 100;
const LONGEST_DELAY = 10_000;

/** How long to wait before something that failed is tried again: not at all the first time, then longer and longer. */
export class BackOff {
  #failures = 0;

  /** It worked. */
  reset(): void {
    this.#failures = 0;
  }

  /** It failed. @returns milliseconds */
  next(): number {
    const delay = this.#failures === 0 ? 0 : FIRST_DELAY * 2 ** (this.#failures - 1);
    this.#failures += 1;
    return Math.min(delay, LONGEST_DELAY);
  }
}
