import type { InstanceCounters } from './types.js';

/** The counters of an instance that begins. */
export function createCounters(): InstanceCounters {
  return {
    received: 0,
    sent: 0,
    bytesReceived: 0,
    clients: 0,
    headerChanges: 0,
    frameShape: null,
    dropped: {},
    forwarded: null,
  };
}
