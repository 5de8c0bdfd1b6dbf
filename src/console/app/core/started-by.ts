/** Who started an instance and from which revision of its configuration, as the audit log and the history tell. */
import type { Json } from './plant.js';
import { numberOf, recordsOf, textOf, timeOf } from './values.js';

export interface Starter {
  readonly actor: string;
  readonly client: string | null;
  readonly action: string;
}

const STARTING = ['instance.create', 'instance.start', 'instance.restart'];
/** Milliseconds by which clocks may differ, and to which start times are rounded. */
const TOLERANCE = 2000;

/**
 * The request that was going on when the instance started; the first of several, as later ones join it. Null: none was.
 * @param records of the audit log
 * @param startedAt milliseconds since 1970
 */
export function starterOf(records: Json | undefined, name: string, startedAt: number): Starter | null {
  let found: { time: number; starter: Starter } | null = null;
  for (const record of recordsOf(records)) {
    const [time, action] = [timeOf(record.time), textOf(record.action) ?? ''];
    if (time === null || record.target !== name || record.result !== 'ok' || !STARTING.includes(action))
      continue;
    if (Math.abs(time - startedAt) > (numberOf(record.duration_ms) ?? 0) + TOLERANCE) continue;
    if (found !== null && found.time <= time) continue;
    const actor = textOf(record.actor) ?? textOf(record.address) ?? 'somebody';
    found = { time, starter: { actor, client: textOf(record.client), action } };
  }
  return found?.starter ?? null;
}

/** The newest revision that was there already when the instance started; null when all are younger. */
export function revisionAt(
  revisions: readonly { readonly revision: number; readonly time: number | null }[],
  startedAt: number,
): number | null {
  const known = revisions.filter(({ time }) => time !== null && time <= startedAt + 999);
  return known.length === 0 ? null : Math.max(...known.map(({ revision }) => revision));
}
