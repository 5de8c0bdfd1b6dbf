/** Whether a server of the pool can be worked with, as a state machine of the outcomes of its polls. */
import type { Reachability } from './cluster-view.js';

export type PollOutcome =
  | 'answered'
  /** Not answered yet, although answers usually take far less. */
  | 'overdue'
  /** The connection was refused or broke: often a restart, so it is asked once more before it counts as gone. */
  | 'refused'
  /** No answer within the time-out: it hangs, or the network lost it. */
  | 'silent';

export interface ReachabilityState {
  readonly reachability: Reachability;
  /** Refusals one after the other. */
  readonly refusals: number;
}

/** Nothing is known of a server before its first answer. */
export const UNHEARD: ReachabilityState = { reachability: 'suspect', refusals: 0 };

const REFUSALS_UNTIL_UNREACHABLE = 2;

export function nextReachability(state: ReachabilityState, outcome: PollOutcome): ReachabilityState {
  switch (outcome) {
    case 'answered':
      return { reachability: 'reachable', refusals: 0 };
    case 'overdue':
      return state.reachability === 'reachable' ? { ...state, reachability: 'suspect' } : state;
    case 'silent':
      return { ...state, reachability: 'unreachable' };
    case 'refused': {
      const refusals = state.refusals + 1;
      const isGone = refusals >= REFUSALS_UNTIL_UNREACHABLE || state.reachability === 'unreachable';
      return { reachability: isGone ? 'unreachable' : 'suspect', refusals };
    }
  }
}
