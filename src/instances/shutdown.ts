import { errorText } from '../common/errors.js';
import type { InstanceLog } from './types.js';

export interface ShutdownOptions {
  readonly log: InstanceLog;
  /** Milliseconds that `drain` may take; default 10 s. */
  readonly deadline?: number;
}

/**
 * On SIGTERM or SIGINT runs `drain` (stop listening, stop the instances) and ends the process: code 0, or 1 when draining
 * failed or took too long. A second signal ends it at once; instances then notice that their server is gone.
 * @returns takes the handlers away again
 */
export function handleShutdownSignals(drain: () => Promise<void>, options: ShutdownOptions): () => void {
  const { log, deadline = 10_000 } = options;
  let isDraining = false;

  const receive = async (signal: NodeJS.Signals): Promise<void> => {
    if (isDraining) process.exit(1);
    isDraining = true;
    log.info(`${signal} received: stopping.`);
    setTimeout(() => {
      log.error(`Not everything could be stopped within ${deadline / 1000} s.`);
      process.exit(1);
    }, deadline);
    try {
      await drain();
    } catch (error) {
      log.error(`Stopping failed: ${errorText(error)}`);
      process.exit(1);
    }
    log.info('Stopped.');
    process.exit(0);
  };

  process.on('SIGTERM', receive);
  process.on('SIGINT', receive);
  return () => {
    process.off('SIGTERM', receive);
    process.off('SIGINT', receive);
  };
}
