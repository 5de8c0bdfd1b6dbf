/**
 * What orchestrators and Prometheus ask of every server.
 */
import { errorText } from '../common/errors.js';
import { jsonAnswer, RawAnswer } from './answer.js';
import type { HttpMetrics } from './metrics.js';
import { defineRoute, type Route } from './route.js';

export interface HealthSources {
  isDraining(): boolean;
  /** Null when the server can do its work, otherwise what is missing. */
  readiness(): Promise<string | null> | string | null;
  metrics(): HttpMetrics;
}

const stateSchema = { type: 'object', properties: { state: { type: 'string' }, status: { type: 'string' } } };

export function healthRoutes(sources: HealthSources): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/health/live',
      tag: 'health',
      role: 'none',
      summary: 'Whether the process answers at all',
      response: { kind: 'json', schema: stateSchema },
      handler: () => jsonAnswer({ state: 'ok', status: 'Alive' }),
    }),
    defineRoute({
      method: 'GET',
      path: '/health/ready',
      tag: 'health',
      role: 'none',
      summary: 'Whether the server takes requests; HTTP 503 when not',
      response: { kind: 'json', schema: stateSchema },
      deadline: 5000,
      handler: async () => {
        const fault = sources.isDraining() ? 'The server is closing.' : await readinessFault(sources);
        return fault === null
          ? jsonAnswer({ state: 'ok', status: 'Ready' })
          : jsonAnswer({ state: 'error', status: fault }, 503);
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/metrics',
      tag: 'health',
      role: 'none',
      summary: 'Figures in the text format of Prometheus',
      response: { kind: 'text' },
      handler: async () => new RawAnswer(sources.metrics().contentType, await sources.metrics().text()),
    }),
  ];
}

async function readinessFault(sources: HealthSources): Promise<string | null> {
  try {
    return await sources.readiness();
  } catch (error) {
    return errorText(error);
  }
}
