/**
 * Counts the connections of a socket from its events, for bound sockets (accepted) and connecting ones (connected).
 */
import type { Observer } from 'zeromq';

/** The number of established connections of one socket; `onChange` is called with each new number. */
export class ClientCounter {
  private count = 0;

  constructor(
    private readonly events: Observer,
    private readonly onChange: (clients: number) => void = () => {},
  ) {
    events.on('accept', this.add);
    events.on('connect', this.add);
    events.on('disconnect', this.remove);
  }

  private readonly add = (): void => this.set(this.count + 1);
  private readonly remove = (): void => this.set(Math.max(0, this.count - 1));

  /** Established connections, never below 0. */
  get clients(): number {
    return this.count;
  }

  /** Forgets all connections and listens no longer. */
  stop(): void {
    this.events.off('accept', this.add);
    this.events.off('connect', this.add);
    this.events.off('disconnect', this.remove);
    this.set(0);
  }

  private set(count: number): void {
    if (count === this.count) return;
    this.count = count;
    this.onChange(count);
  }
}

/**
 * Calls `action` when nobody has been connected for the time-out: from the start, and from each time that the last client
 * left; then again after each further time-out until somebody connects. It looks ten times a second, and whenever
 * `evaluate` is called.
 */
export class NoClientTimer {
  private since: number | null = performance.now();
  private readonly interval: NodeJS.Timeout;

  /**
   * @param clients tells the present number of clients
   * @param timeout seconds; 0 and below never
   */
  constructor(
    private readonly clients: () => number,
    private timeout: number,
    private readonly action: () => void,
  ) {
    this.interval = setInterval(() => this.evaluate(), 100);
    this.interval.unref();
  }

  /** Changes the time-out; the waiting starts anew. */
  setTimeout(timeout: number): void {
    if (timeout === this.timeout) return;
    this.timeout = timeout;
    this.since = null;
  }

  /** Looks no longer; the action is not called again. */
  stop(): void {
    clearInterval(this.interval);
  }

  /** Looks at the number of clients now instead of within 100 ms; for clients that stay shorter than that. */
  evaluate(): void {
    if (this.clients() > 0) {
      this.since = null;
      return;
    }
    this.since ??= performance.now();
    if (this.timeout <= 0 || performance.now() - this.since <= this.timeout * 1000) return;
    this.since = performance.now();
    this.action();
  }
}
