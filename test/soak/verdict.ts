/** What the readings of a soak say. */
import type { TreeFigures } from './process-tree.js';

export interface Reading {
  /** Seconds since the start. */
  readonly time: number;
  readonly tree: TreeFigures;
  /** The longest account that did not add up: received - sent - dropped, without what is at work. */
  readonly imbalance: number;
}

export interface Verdict {
  readonly rows: readonly (readonly string[])[];
  readonly faults: readonly string[];
}

/** Servers may grow by this much from the second quarter of the time to the last. */
const TOLERATED_MEGABYTES = 25;
const TOLERATED_FILES = 10;
/** Frames between receipt and send that the statistics of an instance may show. */
export const TOLERATED_IMBALANCE = 60;

/**
 * @param before and after: the quiet cluster before the churn, and when everything on demand has ended
 */
export function judge(readings: readonly Reading[], before: TreeFigures, after: TreeFigures): Verdict {
  const faults: string[] = [];
  const rows: string[][] = [];
  for (const name of before.servers.map((server) => server.name)) {
    const memory = quarters(readings, name, 'memory');
    const files = quarters(readings, name, 'files');
    const slope = (memory.last - memory.second) / ((readings.at(-1)?.time ?? 1) / 2 / 3600 || 1);
    rows.push([
      name,
      `${memory.second.toFixed(0)} → ${memory.last.toFixed(0)} MB`,
      `${slope.toFixed(0)} MB/h`,
      `${files.second.toFixed(0)} → ${files.last.toFixed(0)}`,
    ]);
    if (memory.last - memory.second > TOLERATED_MEGABYTES) {
      faults.push(`${name} grew from ${memory.second.toFixed(0)} to ${memory.last.toFixed(0)} MB`);
    }
    if (files.last - files.second > TOLERATED_FILES) {
      faults.push(`${name} holds ${files.last.toFixed(0)} files after ${files.second.toFixed(0)}`);
    }
  }
  for (const figure of ['processes', 'ports'] as const) {
    rows.push([figure, `${before[figure]} → ${after[figure]}`, '', '']);
    if (after[figure] > before[figure]) {
      faults.push(`${after[figure]} ${figure} are left, there were ${before[figure]}`);
    }
  }
  const imbalance = Math.max(0, ...readings.map((reading) => Math.abs(reading.imbalance)));
  rows.push(['received − sent − dropped, largest', String(imbalance), '', '']);
  if (imbalance > TOLERATED_IMBALANCE) faults.push(`an instance lost account of ${imbalance} frames`);
  return { rows, faults };
}

/** Medians of the second and of the last quarter of the readings; a server that was started anew counts as it is. */
function quarters(
  readings: readonly Reading[],
  name: string,
  figure: 'memory' | 'files',
): { second: number; last: number } {
  const values = readings.map(
    ({ tree }) => tree.servers.find((server) => server.name === name)?.[figure] ?? 0,
  );
  const quarter = Math.max(1, Math.floor(values.length / 4));
  return { second: median(values.slice(quarter, 2 * quarter)), last: median(values.slice(-quarter)) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
