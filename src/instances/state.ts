/** The life of an instance as an explicit table: what may follow what. */
import type { InstanceState } from './types.js';

export type InstanceEvent = 'ready' | 'stop' | 'exit';

const TRANSITIONS: Record<InstanceState, Partial<Record<InstanceEvent, InstanceState>>> = {
  starting: { ready: 'running', stop: 'stopping', exit: 'ended' },
  running: { stop: 'stopping', exit: 'ended' },
  stopping: { exit: 'ended' },
  ended: {},
};

/**
 * The state after `event`.
 * @throws Error for a transition that the life cycle does not have; that is a fault of the program
 */
export function nextState(state: InstanceState, event: InstanceEvent): InstanceState {
  const next = TRANSITIONS[state][event];
  if (next === undefined) throw new Error(`An instance that is ${state} cannot receive '${event}'`);
  return next;
}

/** Whether the instance is listed: its process lives and was not told to stop. */
export function isActive(state: InstanceState): boolean {
  return state === 'starting' || state === 'running';
}
