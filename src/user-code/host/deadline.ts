/** Ends a call that takes too long: first politely, so that the state of the script survives; then by force. */
import type { HostProcess } from './host-process.js';

/** Milliseconds that a call has to stop by itself after its time limit. */
const INTERRUPTION = 1000;
/** Milliseconds that a process has to say where it hangs, and for the rest of it when it has begun. */
const LAST_WORDS = 2000;
const LAST_WORD = 100;

export class Deadline {
  #timer: NodeJS.Timeout | null = null;
  #hasPassed = false;
  /** Ends the process that was asked where it hangs. */
  #kill: (() => void) | null = null;

  /** @param canBeInterrupted false: the process can only be killed */
  constructor(private readonly canBeInterrupted: boolean) {}

  /** Whether the present call has passed its time limit. */
  get hasPassed(): boolean {
    return this.#hasPassed;
  }

  /** A call begins. @param seconds infinite: it may take any time */
  start(host: HostProcess, seconds: number): void {
    this.stop();
    if (seconds === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.interrupt(host), 1000 * seconds);
  }

  /** The call has ended. */
  stop(): void {
    this.clearTimer();
    this.#kill = null;
    this.#hasPassed = false;
  }

  /** The process has written something to its standard error output. */
  heard(): void {
    if (this.#kill === null) return;
    this.clearTimer();
    this.#timer = setTimeout(this.#kill, LAST_WORD);
  }

  private interrupt(host: HostProcess): void {
    this.#hasPassed = true;
    if (!this.canBeInterrupted) {
      host.signal('SIGKILL');
      return;
    }
    host.signal('SIGUSR1');
    this.#timer = setTimeout(() => {
      this.#kill = () => host.signal('SIGKILL');
      this.#timer = setTimeout(this.#kill, LAST_WORDS);
      host.signal('SIGUSR2');
    }, INTERRUPTION);
  }

  private clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
