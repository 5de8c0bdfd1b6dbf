/**
 * Counts the connections of a socket from its events, for bound sockets (accepted) and connecting ones (connected).
 */
import type { Observer } from 'zeromq';

/** The number of established connections of one socket; `onChange` is called with each new number. */
export class ClientCounter {
  private count = 0;
  private since: number | null = performance.now();

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

  /** Since when nobody is connected, in milliseconds of `performance.now()`; null while somebody is. */
  get idleSince(): number | null {
    return this.since;
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
    this.since = count === 0 ? performance.now() : null;
    this.onChange(count);
  }
}

/**
 * Calls `action` when nobody has been connected for the time-out: from the start, and from each time that the last client
 * left, however short it stayed; then again after each further time-out until somebody connects. It looks ten times a second.
 */
export class NoClientTimer {
  /** When the present waiting began, unless somebody was connected since. */
  private since = performance.now();
  private readonly interval: NodeJS.Timeout;

  /**
   * @param idleSince since when nobody is connected, in milliseconds of `performance.now()`; null while somebody is
   * @param timeout seconds; 0 and below never
   */
  constructor(
    private readonly idleSince: () => number | null,
    private timeout: number,
    private readonly action: () => void,
  ) {
    this.interval = setInterval(() => this.look(), 100);
    this.interval.unref();
  }

  /** Changes the time-out; the waiting starts anew. */
  setTimeout(timeout: number): void {
    if (timeout === this.timeout) return;
    this.timeout = timeout;
    this.since = performance.now();
  }

  /** Looks no longer; the action is not called again. */
  stop(): void {
    clearInterval(this.interval);
  }

  private look(): void {
    const idleSince = this.idleSince();
    if (idleSince === null || this.timeout <= 0) return;
    const now = performance.now();
    if (now - Math.max(idleSince, this.since) <= this.timeout * 1000) return;
    this.since = now;
    this.action();
  }
}
