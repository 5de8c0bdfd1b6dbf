/** Figures of several things over the same time, made ready to be drawn one on top of the other. */

export interface Recording {
  readonly name: string;
  /** Milliseconds since 1970, and the figure then. */
  readonly points: readonly (readonly [number, number | null])[];
}

export interface Stack {
  /** Seconds since 1970, rising. */
  readonly times: readonly number[];
  /** The largest first; where only others were recorded a line is 0, where nothing was it is null. */
  readonly lines: readonly { readonly label: string; readonly values: readonly (number | null)[] }[];
}

export const OTHERS = 'others';

/**
 * Puts recordings on common times.
 * @param step milliseconds between points; points within one step count as the same time
 * @param most lines; the smallest recordings are summed as `others`
 */
export function stackOf(recordings: readonly Recording[], step: number, most: number): Stack {
  const width = Math.max(step, 1);
  const slots = new Set<number>();
  const columns = recordings.map(({ name, points }) => {
    const values = new Map<number, number>();
    for (const [time, value] of points) {
      const slot = Math.floor(time / width);
      slots.add(slot);
      if (value !== null) values.set(slot, value);
    }
    return { name, values, total: [...values.values()].reduce((sum, value) => sum + value, 0) };
  });
  columns.sort((a, b) => b.total - a.total || a.name.localeCompare(b.name, 'en'));
  const shown = columns.length > most ? columns.slice(0, most - 1) : columns;
  const rest = columns.slice(shown.length);
  const known = new Set(columns.flatMap(({ values }) => [...values.keys()]));
  const times = withGaps([...slots].sort((a, b) => a - b));
  const line = (label: string, parts: readonly { values: ReadonlyMap<number, number> }[]) => ({
    label,
    values: times.map((slot) =>
      known.has(slot) ? parts.reduce((sum, { values }) => sum + (values.get(slot) ?? 0), 0) : null,
    ),
  });
  return {
    times: times.map((slot) => (slot * width) / 1000),
    lines: [
      ...shown.map((column) => line(column.name, [column])),
      ...(rest.length === 0 ? [] : [line(OTHERS, rest)]),
    ],
  };
}

/** After the last point before a pause comes a time without values, so that nothing is drawn across. */
function withGaps(slots: readonly number[]): number[] {
  return slots.flatMap((slot, index) => {
    const before = slots[index - 1];
    return before === undefined || slot - before <= 2 ? [slot] : [before + 1, slot];
  });
}

/** Each line with what lies below it: the last one is the sum. */
export function accumulated(lines: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const below: number[] = [];
  return lines.map((values) =>
    values.map((value, index) => {
      if (value === null) return null;
      below[index] = (below[index] ?? 0) + value;
      return below[index]!;
    }),
  );
}
