/** Whether a worker that is to be added to a pool answers. */
import { CamServerError, errorText } from '../../common/errors.js';
import { defineRoute, jsonAnswer, type Route } from '../../http/index.js';
import type { ClusterName } from './records.js';
import { API, nullableText, objectOf } from './schemas.js';

/** Milliseconds. */
const TIMEOUT = 3000;
const VERSION_PATHS = { pipelines: '/api/v1/pipeline/version', cameras: '/api/v1/cam/version' } as const;

interface Probe {
  readonly reachable: boolean;
  readonly version: string | null;
  /** Why it is not reachable. */
  readonly problem: string | null;
}

export function workerProbeRoutes(cluster: ClusterName): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: `${API}/placement/{cluster}/probe`,
      tag: 'placement',
      summary: 'Asks a server for its version, as a worker of this cluster would answer',
      isReadOnly: true,
      // it lets the manager call any address
      role: 'admin',
      body: { kind: 'object', what: 'server ({"server"})', required: true },
      response: {
        kind: 'json',
        schema: objectOf({ reachable: { type: 'boolean' }, version: nullableText, problem: nullableText }),
      },
      examples: {
        body: { server: 'http://host-3:8881' },
        answer: { reachable: true, version: '6.0.0', problem: null },
      },
      handler: async ({ body: { server } }) => {
        if (typeof server !== 'string' || !/^https?:\/\/[\w.-]+(:\d+)?$/.test(server)) {
          throw new CamServerError('INVALID_BODY', "'server' must be an address like http://host:8881.");
        }
        return jsonAnswer(await probe(server + VERSION_PATHS[cluster]));
      },
    }),
  ];
}

async function probe(url: string): Promise<Probe> {
  const failed = (problem: string): Probe => ({ reachable: false, version: null, problem });
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT), redirect: 'error' });
    const { version } = (await answer.json().catch(() => ({}))) as { version?: unknown };
    if (answer.ok && typeof version === 'string') return { reachable: true, version, problem: null };
    return failed(`It answers ${answer.status} and is no worker of this kind.`);
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError')
      return failed(`No answer within ${TIMEOUT / 1000} s.`);
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return failed(`It cannot be reached: ${errorText(cause)}.`);
  }
}
