/**
 * What happens to a frame or message on which the work failed.
 */
import { errorText } from '../../common/errors.js';
import type { InstanceLog } from '../../instances/types.js';
import type { FrameTicket } from '../../streaming/accounting.js';
import { FrameError, TaskLimitError } from '../../streaming/frame-errors.js';
import { UserCodeError } from '../../user-code/error.js';
import type { Ending } from './ending.js';
import type { ErrorPolicy } from './parameters.js';

export interface Failure {
  readonly pulseId: bigint;
  readonly ticket: FrameTicket;
  readonly error: unknown;
  readonly policy: ErrorPolicy;
}

/** Logs the error and drops the frame; with `abort_on_error` the pipeline ends. What fails because it ends is only dropped. */
export function failFrame(
  { pulseId, ticket, error, policy }: Failure,
  { log, ending }: { readonly log: InstanceLog; readonly ending: Ending },
): void {
  if (ending.code !== null) {
    if (!ticket.ended) ticket.drop('stopped');
    return;
  }
  const thread = error instanceof FrameError ? error.thread : 0;
  log.error(`Error processing PID ${pulseId} at proc 0 thread ${thread}: ${errorText(error)}.`);
  const trace = error instanceof FrameError || error instanceof UserCodeError ? error.trace : null;
  if (trace !== null) log.error(trace);
  if (!ticket.ended) ticket.drop(isLimit(error) ? 'task_timeout' : 'error');
  if (policy.abortOnError) ending.end(2);
}

function isLimit(error: unknown): boolean {
  return error instanceof TaskLimitError || (error instanceof UserCodeError && error.reason === 'limit');
}
