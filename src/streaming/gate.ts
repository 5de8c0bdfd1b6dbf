/**
 * What happens to a message right after it was received: pause, pulse id range, downsampling, and (just before the
 * work on it starts) the frame rate limit.
 */
import type { JsonObject, JsonValue } from '../common/json.js';
import { isTruthy, numberOf } from '../common/leniency.js';
import type { DropReason } from './accounting.js';

export interface GateSettings {
  readonly pause: boolean;
  /** First and last pulse id; a last one of 0 or less leaves the end open. Null: no range. */
  readonly pulseIdRange: readonly [first: bigint, last: bigint] | null;
  /** n messages are discarded after each one that passes; 0: none. */
  readonly downsampling: number;
}

/** `end`: the range is over, the pipeline ends. */
export type GateVerdict = 'pass' | 'end' | Extract<DropReason, 'paused' | 'pid_range' | 'downsampling'>;

/** Reads `pause` (or the documented spelling `paused`), `pid_range` and `downsampling`. */
export function readGateSettings(parameters: JsonObject): GateSettings {
  return {
    pause: isTruthy(parameters.pause ?? parameters.paused),
    pulseIdRange: readPulseIdRange(parameters.pid_range),
    downsampling: Math.max(0, Math.trunc(numberOf(parameters.downsampling) ?? 0)),
  };
}

/** Two values convertible to integers, otherwise null, as if the range were absent. */
export function readPulseIdRange(value: JsonValue | undefined): [bigint, bigint] | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const first = toInteger(value[0]);
  const last = toInteger(value[1]);
  return first === null || last === null ? null : [first, last];
}

/** Numbers are truncated; texts must hold whole decimal numbers, which may exceed the range of a float. */
function toInteger(value: JsonValue | undefined): bigint | null {
  if (typeof value === 'string') return /^\s*[+-]?\d+\s*$/.test(value) ? BigInt(value) : null;
  const number = numberOf(value);
  return number === null ? null : BigInt(Math.trunc(number));
}

/**
 * A gate for one configuration. The first message passes the downsampling, so a new gate after a configuration update
 * re-arms it.
 */
export function createGate(settings: GateSettings): (pulseId: bigint) => GateVerdict {
  const { pause, pulseIdRange, downsampling } = settings;
  let discarded = downsampling;
  return (pulseId) => {
    if (pause) return 'paused';
    if (pulseIdRange !== null) {
      const [first, last] = pulseIdRange;
      if (first <= 0n || pulseId < first) return 'pid_range';
      if (last > 0n && pulseId > last) return 'end';
    }
    if (discarded < downsampling) {
      discarded += 1;
      return 'downsampling';
    }
    discarded = 0;
    return 'pass';
  };
}

/**
 * Lets at most `rate` frames per second through: a frame passes when at least 1 / rate seconds have gone by since the
 * last one that did, so the real rate is quantised to input frames and never above the limit.
 * @param rate frames per second; null, 0 or less: no limit
 * @returns asked with the present time in milliseconds
 */
export function createRateLimiter(rate: number | null): (now: number) => boolean {
  if (rate === null || !(rate > 0)) return () => true;
  const period = 1000 / rate;
  let last = Number.NEGATIVE_INFINITY;
  return (now) => {
    if (now - last < period) return false;
    last = now;
    return true;
  };
}
