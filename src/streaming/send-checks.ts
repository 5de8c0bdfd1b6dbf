/**
 * Checks in front of the header strategy: `check_timestamp`, `enforce_pid`, `enforce_timestamp`, and the count of `records`.
 */
import type { JsonObject } from '../common/json.js';
import { isTruthy } from '../common/leniency.js';
import { type Timestamp, timestampToSeconds } from '../common/values.js';
import type { DropReason } from './accounting.js';

/** The lower six digits of pulse id and nanoseconds agree in a timestamp of the timing system. */
const PULSE_ID_DIGITS = 1_000_000n;

export interface SendChecks {
  /** Why the message must not be sent, or null. */
  refuse(pulseId: bigint, timestamp: Timestamp): DropReason | null;
  /** Notes a message that was sent, as the last one. */
  sent(pulseId: bigint, timestamp: Timestamp): void;
}

/** Reads the three keys once; "last" values start at -1. */
export function createSendChecks(parameters: JsonObject): SendChecks {
  const checkTimestamp = isTruthy(parameters.check_timestamp);
  const enforcePulseId = isTruthy(parameters.enforce_pid);
  const enforceTimestamp = isTruthy(parameters.enforce_timestamp);
  let lastPulseId = -1n;
  let lastSeconds = -1;
  return {
    refuse(pulseId, timestamp) {
      if (checkTimestamp && pulseId % PULSE_ID_DIGITS !== timestamp.nanoseconds % PULSE_ID_DIGITS) {
        return 'check_timestamp';
      }
      if (enforcePulseId && pulseId <= lastPulseId) return 'enforce_pid';
      if (enforceTimestamp && timestampToSeconds(timestamp) <= lastSeconds) return 'enforce_timestamp';
      return null;
    },
    sent(pulseId, timestamp) {
      lastPulseId = pulseId;
      lastSeconds = timestampToSeconds(timestamp);
    },
  };
}
