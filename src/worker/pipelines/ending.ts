/**
 * How a pipeline ends. Many things may ask for the end (a stop request, an error, the last record); the first one decides
 * about the exit code.
 */
export interface Ending {
  /** Aborted as soon as the end was asked for. */
  readonly signal: AbortSignal;
  /** The exit code, or null while the pipeline works. */
  readonly code: number | null;
  /** Asks for the end; later calls have no effect. */
  end(code: number): void;
}

/** @param stop a stop request ends with code 0 */
export function createEnding(stop: AbortSignal): Ending {
  const controller = new AbortController();
  let code: number | null = null;
  const ending: Ending = {
    signal: controller.signal,
    get code() {
      return code;
    },
    end(wanted) {
      if (code !== null) return;
      code = wanted;
      controller.abort();
    },
  };
  if (stop.aborted) ending.end(0);
  else stop.addEventListener('abort', () => ending.end(0), { once: true });
  return ending;
}
