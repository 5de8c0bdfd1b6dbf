/**
 * Watches the memory of this process. The heap of a thread has its own limit, but typed arrays lie outside of it, and a
 * thread that takes ever more of them would harm the whole machine.
 */

/** Milliseconds between two looks. */
const INTERVAL = 200;
/** Milliseconds that memory may take to be given back by what has been ended. */
const RECOVERY = 5000;

/** Judges how a process has grown. */
export class Growth {
  readonly #limit: number;
  #ceiling: number;
  #recoversUntil = Number.NEGATIVE_INFINITY;

  /**
   * @param start bytes at first
   * @param allowed bytes that may be added
   */
  constructor(
    start: number,
    private readonly allowed: number,
  ) {
    this.#limit = start + allowed;
    this.#ceiling = this.#limit;
  }

  /**
   * Whether it is too much now. What is ended then may hold its memory for a while; this is not held against others, who may
   * take as much again.
   * @param now milliseconds
   */
  isTooMuch(present: number, now: number): boolean {
    if (present <= this.#limit || now > this.#recoversUntil) this.#ceiling = this.#limit;
    if (present <= this.#ceiling) return false;
    this.#ceiling = present + this.allowed;
    this.#recoversUntil = now + RECOVERY;
    return true;
  }
}

/**
 * Calls `exceeded` each time that the process is found to have grown by more than `megabytes` since this call.
 * @returns ends the watch
 */
export function watchMemory(megabytes: number, exceeded: () => void): () => void {
  const growth = new Growth(process.memoryUsage.rss(), megabytes * 1024 * 1024);
  const timer = setInterval(() => {
    if (growth.isTooMuch(process.memoryUsage.rss(), performance.now())) exceeded();
  }, INTERVAL);
  timer.unref();
  return () => clearInterval(timer);
}
