/** Ids of traces and spans as W3C Trace Context and OpenTelemetry have them: 16 and 8 bytes in hexadecimal. */
import { randomBytes } from 'node:crypto';

/** `camservr` in ASCII: the first half of the ids of all traces of pulses. */
const PULSE_PREFIX = '63616d7365727672';

/**
 * The trace of a pulse: the same in every process that touches the pulse, so that nothing has to be passed along.
 * `…0000000004d2` at the end is pulse 1234.
 */
export function traceIdOfPulse(pulseId: bigint): string {
  return PULSE_PREFIX + BigInt.asUintN(64, pulseId).toString(16).padStart(16, '0');
}

export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
}

/** Reads a `traceparent` header; null when there is none that can be used. */
export function parseTraceParent(header: string | undefined): TraceParent | null {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(header ?? '');
  if (match === null || /^0+$/.test(match[1]!) || /^0+$/.test(match[2]!)) return null;
  return { traceId: match[1]!, spanId: match[2]! };
}

export function randomTraceId(): string {
  return randomBytes(16).toString('hex');
}

export function randomSpanId(): string {
  return randomBytes(8).toString('hex');
}
