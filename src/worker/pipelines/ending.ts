/**
 * How a pipeline ends. Many things may ask for the end (a stop request, an error, the last record); the first one decides
 * about the exit code.
 */
import { errorText } from '../../common/errors.js';
import type { InstanceLog } from '../../instances/types.js';

export interface Ending {
  /** Aborted as soon as the end was asked for. */
  readonly signal: AbortSignal;
  /** The exit code, or null while the pipeline works. */
  readonly code: number | null;
  /** Asks for the end; later calls have no effect. */
  end(code: number): void;
  /** Calls `action` as soon as the end was asked for; at once if it was already. */
  whenEnding(action: () => void): void;
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
    whenEnding: (action) => whenAborted(controller.signal, action),
  };
  whenAborted(stop, () => ending.end(0));
  return ending;
}

function whenAborted(signal: AbortSignal, action: () => void): void {
  if (signal.aborted) action();
  else signal.addEventListener('abort', action, { once: true });
}

/** Runs the loop of a pipeline; an error is logged and ends the pipeline with code 2. */
export async function endOnError(
  loop: () => Promise<void>,
  ending: Ending,
  log: Pick<InstanceLog, 'error'>,
): Promise<void> {
  try {
    await loop();
  } catch (error) {
    log.error(`Error in pipeline processing: ${errorText(error)}`);
    ending.end(2);
  }
}
