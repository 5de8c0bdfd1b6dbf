/** Ends a call that takes too long: first politely, so that the state of the script survives; then by force. */
import type { HostProcess } from './host-process.js';

/** Milliseconds that a call has to stop by itself after its time limit. */
const INTERRUPTION = 1000;
/** Milliseconds that a process has to say where it hangs. */
const LAST_WORDS = 200;

export class Deadline {
  #timer: NodeJS.Timeout | null = null;
  #hasPassed = false;

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
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#hasPassed = false;
  }

  private interrupt(host: HostProcess): void {
    this.#hasPassed = true;
    if (!this.canBeInterrupted) {
      host.signal('SIGKILL');
      return;
    }
    host.signal('SIGUSR1');
    this.#timer = setTimeout(() => {
      host.signal('SIGUSR2');
      this.#timer = setTimeout(() => host.signal('SIGKILL'), LAST_WORDS);
    }, INTERRUPTION);
  }
}
