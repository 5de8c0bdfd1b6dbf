import type { InstanceLog } from '../../instances/types.js';

/** Lines that are kept: a crash prints its stack last. */
const KEPT = 50;

/** What a process prints: into the log of the instance, and its last errors as the trace of a crash. */
export class PrintedLines {
  #last: string[] = [];

  constructor(
    private readonly name: string,
    private readonly log: InstanceLog,
  ) {}

  /** What it wrote to stderr last; null: nothing. */
  get trace(): string | null {
    return this.#last.length > 0 ? this.#last.join('\n') : null;
  }

  add(source: 'stdout' | 'stderr', text: string): void {
    if (source === 'stdout') {
      this.log.info(`${this.name}: ${text}`);
      return;
    }
    this.log.warning(`${this.name}: ${text}`);
    this.#last.push(text);
    if (this.#last.length > KEPT) this.#last.shift();
  }

  clear(): void {
    this.#last = [];
  }
}
