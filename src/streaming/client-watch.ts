/**
 * Ends an instance that nobody listens to (`no_client_timeout`).
 */

/** How often the number of clients is looked at, in milliseconds. */
const RESOLUTION = 100;

export interface ClientWatchOptions {
  /** Established connections now. */
  clients(): number;
  /** Seconds; 0 or less: never. */
  readonly timeout: number;
  /** Called once, when there were no clients for longer than the time-out. */
  expired(): void;
}

/**
 * Starts the watch; the time counts from now and from each moment at which the last client leaves.
 * @returns stops it
 */
export function watchClients(options: ClientWatchOptions): () => void {
  const { timeout } = options;
  if (!(timeout > 0)) return () => {};
  let aloneSince: number | null = performance.now();
  const timer = setInterval(() => {
    if (options.clients() > 0) {
      aloneSince = null;
      return;
    }
    aloneSince ??= performance.now();
    if (performance.now() - aloneSince <= timeout * 1000) return;
    clearInterval(timer);
    options.expired();
  }, RESOLUTION);
  return () => clearInterval(timer);
}
