/**
 * Which messages of a bsread camera may be published: pulse ids and times must increase, and the nanoseconds must encode the
 * pulse id, as the timing system writes them.
 */
import { type Timestamp, timestampToSeconds } from '../../../common/values.js';
import type { InstanceLog } from '../../../instances/types.js';
import type { BsreadSettings } from '../../source-settings.js';

export type Refusal = 'check_timestamp' | 'enforce_pid' | 'enforce_timestamp';

const PULSE_ID_DIGITS = 1_000_000n;
const WARNING_INTERVAL = 60_000;

export class PulseChecks {
  private lastPulseId = -1n;
  private lastSeconds = -1;
  private mismatches = 0;
  private lastWarning = Number.NEGATIVE_INFINITY;

  constructor(private readonly log: InstanceLog) {}

  /** Why the message must not be published, or null; then it becomes the last one. */
  refuse(pulseId: bigint, timestamp: Timestamp, settings: BsreadSettings): Refusal | null {
    if (settings.checkTimestamp && pulseId % PULSE_ID_DIGITS !== timestamp.nanoseconds % PULSE_ID_DIGITS) {
      this.warnOfMismatch();
      return 'check_timestamp';
    }
    if (settings.enforcePulseId && pulseId <= this.lastPulseId) return 'enforce_pid';
    const seconds = timestampToSeconds(timestamp);
    if (settings.enforceTimestamp && seconds <= this.lastSeconds) return 'enforce_timestamp';
    this.lastPulseId = pulseId;
    this.lastSeconds = seconds;
    return null;
  }

  private warnOfMismatch(): void {
    this.mismatches += 1;
    if (performance.now() - this.lastWarning < WARNING_INTERVAL) return;
    this.lastWarning = performance.now();
    this.log.warning(
      `${this.mismatches} images rejected so far: the nanoseconds of their time do not encode the pulse id. ` +
        "Set 'check_timestamp' to false for sources without this convention.",
    );
  }
}
