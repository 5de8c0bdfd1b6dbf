/** Figures over time, as the manager of a cluster keeps them. */
import type { Cluster, Json } from '../core/plant.js';
import { numberOf, textsOf } from '../core/values.js';
import { callJson } from './api.js';

export interface Figures {
  /** `time` (milliseconds since 1970) first. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (number | null)[])[];
  /** Milliseconds between rows. */
  readonly step: number;
}

/**
 * @param range how far back, `15m`, `7d`
 * @param step milliseconds between rows; absent: the finest that reaches back so far
 */
export async function readFigures(
  cluster: Cluster,
  kind: 'instance' | 'worker',
  name: string,
  range: string,
  signal: AbortSignal,
  step?: number,
): Promise<Figures> {
  const wanted = step === undefined ? '' : `&step=${step}`;
  const query = `cluster=${cluster}&${kind}=${encodeURIComponent(name)}&from=-${range}${wanted}`;
  const answer = await callJson(cluster, `/api/v2/metrics?${query}`, { signal });
  const rows = Array.isArray(answer.rows) ? (answer.rows as Json[][]) : [];
  return {
    columns: textsOf(answer.columns),
    rows: rows.map((row) => row.map(numberOf)),
    step: numberOf(answer.step_ms) ?? 0,
  };
}
