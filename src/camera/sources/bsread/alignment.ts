/**
 * Buffered cameras with several connections: they start at the same pulse, and must stay close to each other.
 */

/** Milliseconds between two checks, and the number of checks in a row that may fail. */
export const ALIGNMENT_INTERVAL = 10;
export const MAXIMUM_MISALIGNED_CHECKS = 1000;

/** The last two pulse ids of one connection; null before there are two. */
export interface PulseRange {
  readonly previous: bigint;
  readonly last: bigint;
}

/** Notes the pulse ids of all connections. */
export class PulseRanges {
  private readonly ids: bigint[][];

  constructor(connections: number) {
    this.ids = Array.from({ length: connections }, () => []);
  }

  add(connection: number, pulseId: bigint): void {
    const known = this.ids[connection];
    known.push(pulseId);
    if (known.length > 2) known.shift();
  }

  get ranges(): (PulseRange | null)[] {
    return this.ids.map(([previous, last]) => (last === undefined ? null : { previous, last }));
  }
}

/**
 * Neighbouring connections are aligned when they have the same step, and either their last pulse ids lie close together or
 * their ranges interleave. A connection without two messages counts as aligned.
 */
export function areAligned(ranges: readonly (PulseRange | null)[], bufferSize: number): boolean {
  const tolerance = bufferSize / ranges.length / 2;
  return ranges.every((range, index) => {
    const next = ranges[index + 1] ?? null;
    if (range === null || next === null) return true;
    if (range.last - range.previous !== next.last - next.previous) return false;
    const distance = range.last < next.last ? next.last - range.last : range.last - next.last;
    return Number(distance) <= tolerance || interleave(range, next) || interleave(next, range);
  });
}

function interleave(a: PulseRange, b: PulseRange): boolean {
  return a.previous <= b.last && b.last <= a.last;
}

/** Lets messages pass when every connection has delivered one, from the latest pulse id of that moment on. */
export class StartBarrier {
  private readonly waiting: Set<number>;
  private from = -1n;

  constructor(connections: number) {
    this.waiting = new Set(Array.from({ length: connections }).keys());
  }

  admits(connection: number, pulseId: bigint): boolean {
    if (this.waiting.size > 0) {
      this.waiting.delete(connection);
      if (pulseId > this.from) this.from = pulseId;
    }
    return this.waiting.size === 0 && pulseId >= this.from;
  }
}
