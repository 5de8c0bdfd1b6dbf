/**
 * The worker thread's side of the frame pool.
 */
import type { ChannelValues } from '../common/values.js';
import type { PoolTask } from './frame-pool.js';
import { changeSlotState } from './frame-ring.js';
import { type PortableValues, toPortable } from './value-transfer.js';

/**
 * Makes the default export of a worker module.
 * @param work gets the memory of the frame's slot, where results may lie as well; null: the frame is dropped
 */
export function serveFrames<Details>(
  work: (memory: SharedArrayBuffer, details: Details) => Promise<ChannelValues | null>,
): (task: PoolTask<Details>) => Promise<PortableValues | null> {
  return async ({ memory, states, slot, details }) => {
    changeSlotState(states, slot, 'filled', 'processing');
    const values = await work(memory, details);
    changeSlotState(states, slot, 'processing', 'done');
    return values === null ? null : toPortable(values, memory);
  };
}
