/**
 * The worker thread's side of the frame pool.
 */
import { threadId } from 'node:worker_threads';
import { errorText } from '../common/errors.js';
import type { ChannelValues } from '../common/values.js';
import { changeSlotState } from './frame-ring.js';
import { type PortableValues, toPortable } from './value-transfer.js';

/** What a worker thread gets; `details` is what the pipeline adds. */
export interface PoolTask<Details> {
  readonly memory: SharedArrayBuffer;
  readonly states: SharedArrayBuffer;
  readonly slot: number;
  readonly details: Details;
}

/** What comes back from a thread: values, null for a dropped frame, or what went wrong. */
export type PoolAnswer =
  | PortableValues
  | null
  | { readonly failure: string; readonly thread: number; readonly trace: string | null };

/**
 * Makes the default export of a worker module.
 * @param work gets the memory of the frame's slot, where results may lie as well; null: the frame is dropped
 */
export function serveFrames<Details>(
  work: (memory: SharedArrayBuffer, details: Details) => Promise<ChannelValues | null>,
): (task: PoolTask<Details>) => Promise<PoolAnswer> {
  return async ({ memory, states, slot, details }) => {
    changeSlotState(states, slot, 'filled', 'processing');
    let answer: PoolAnswer;
    try {
      const values = await work(memory, details);
      answer = values === null ? null : toPortable(values, memory);
    } catch (error) {
      answer = { failure: errorText(error), thread: threadId, trace: traceOf(error) };
    }
    changeSlotState(states, slot, 'processing', 'done');
    return answer;
  };
}

/** Errors of users' code say where in it they come from. */
function traceOf(error: unknown): string | null {
  const { trace = null } = error as { trace?: string | null };
  return trace;
}
