/** What is known of one permanent instance while its manager runs. */
import type { PermanentState, PermanentView } from './cluster-view.js';
import type { PermanentEntry } from './permanent-list.js';

export interface PermanentItem {
  readonly entry: PermanentEntry;
  state: PermanentState;
  server: string | null;
  starts: number;
  failures: number;
  lastFailure: PermanentView['lastFailure'];
  /** Milliseconds since 1970. */
  nextAttempt: number | null;
  runningSince: number | null;
  /** Of the server on which it was seen running. */
  bootId: string | null;
  /** It was ordered to stop, so its end is no failure. */
  endIsOrdered: boolean;
  /** A start, a move or a stop is under way. */
  busy: Promise<void> | null;
  frozen: string | null;
  /** It was seen to that it does not end for lack of clients. */
  isKept: boolean;
}

/** @param server on which it was last started, as far as known */
export function newPermanentItem(entry: PermanentEntry, server: string | null): PermanentItem {
  return {
    entry,
    state: entry.enabled ? 'waiting' : 'disabled',
    server,
    starts: 0,
    failures: 0,
    lastFailure: null,
    nextAttempt: null,
    runningSince: null,
    bootId: null,
    endIsOrdered: false,
    busy: null,
    frozen: null,
    isKept: false,
  };
}

export function isSameEntry(left: PermanentEntry, right: PermanentEntry): boolean {
  return (
    left.name === right.name && left.configuration === right.configuration && left.enabled === right.enabled
  );
}

export function viewOf(item: PermanentItem): PermanentView {
  return {
    name: item.entry.name,
    configuration: item.entry.configuration,
    state: item.state,
    server: item.server,
    starts: item.starts,
    failures: item.failures,
    lastFailure: item.lastFailure,
    nextAttempt: item.nextAttempt === null ? null : new Date(item.nextAttempt).toISOString(),
    frozen: item.frozen,
  };
}
