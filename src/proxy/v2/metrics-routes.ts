/** Figures over time. */
import { CamServerError } from '../../common/errors.js';
import { defineRoute, jsonAnswer, ProblemError, type Route } from '../../http/index.js';
import { INSTANCE_COLUMNS, type MetricsHistory, type Subject, WORKER_COLUMNS } from './history/history.js';
import { readCount, readTime } from './log-filter.js';
import type { ClusterName } from './records.js';
import { API, integer, listOf, objectOf, text } from './schemas.js';

const DEFAULT_RANGE = 900_000;
const LARGEST_STEP = 3_600_000;

/** @param history null: this server keeps none */
export function metricsRoutes(cluster: ClusterName, history: MetricsHistory | null): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: `${API}/metrics`,
      tag: 'history',
      summary: 'Figures of an instance or a worker over time: 2 s for 2 h, 10 s for 24 h, 1 min for 30 d',
      query: {
        cluster: { description: 'pipelines or cameras; default: of this server' },
        instance: { description: 'Name of an instance' },
        worker: { description: 'host:port' },
        from: { description: 'ISO time, or -2h; default -15m' },
        to: { description: 'ISO time, or -1h; default now' },
        step: { description: 'Milliseconds between rows; default: the finest that reaches back so far' },
      },
      response: {
        kind: 'json',
        schema: objectOf({ step_ms: integer, columns: listOf(text), rows: listOf({ type: 'array' }) }),
      },
      examples: {
        answer: {
          cluster: 'pipelines',
          instance: 'simulation_sp',
          step_ms: 2000,
          from: '2026-11-25T09:00:00.000Z',
          to: '2026-11-25T09:15:00.000Z',
          columns: ['time', ...INSTANCE_COLUMNS],
          rows: [[1795598400000, 10, 10, 1, 24576000, 12.5, 98000000, 0, 0]],
        },
      },
      handler: async ({ query }) => {
        if (history === null) {
          throw new ProblemError(404, 'NO_HISTORY', 'This server keeps no figures; its manager does.');
        }
        const subject = readSubject(query);
        const to = readTime('to', query.to) ?? Date.now();
        const from = readTime('from', query.from) ?? to - DEFAULT_RANGE;
        if (from > to) throw new CamServerError('INVALID_QUERY', 'from is later than to.');
        const step = query.step ? readCount('step', query.step, 1, LARGEST_STEP) : null;
        const excerpt = await history.read(subject, from, to, step);
        const columns = subject.kind === 'instance' ? INSTANCE_COLUMNS : WORKER_COLUMNS;
        return jsonAnswer({
          cluster,
          [subject.kind]: subject.name,
          step_ms: excerpt.step,
          from: new Date(from).toISOString(),
          to: new Date(to).toISOString(),
          columns: ['time', ...columns],
          rows: excerpt.rows,
        });
      },
    }),
  ];
}

function readSubject(query: Readonly<Record<string, string | undefined>>): Subject {
  const { instance, worker } = query;
  if (instance && !worker) return { kind: 'instance', name: instance };
  if (worker && !instance) return { kind: 'worker', name: worker };
  throw new CamServerError('INVALID_QUERY', 'Name an instance or a worker, one of them.');
}
