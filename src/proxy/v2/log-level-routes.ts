/** How much a server logs, at run time: from the next record on, in its running instances as well. */
import { CamServerError } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { isLogLevel, type Logging, logLevels } from '../../common/logging.js';
import { noteChange } from '../../common/request-context.js';
import { defineRoute, jsonAnswer, type Route, type RouteRequest } from '../../http/index.js';
import type { Plant } from './plant.js';
import type { ClusterName } from './records.js';
import { API, object, objectOf, text } from './schemas.js';
import { requireWorker } from './worker-routes.js';

export interface LogLevelParts {
  readonly cluster: ClusterName;
  readonly logging: Logging;
  readonly plant: Plant;
  /** Asks a worker; with a body, tells it. */
  readonly ask: (address: string, path: string, request: RouteRequest, body?: JsonObject) => Promise<unknown>;
}

const tag = 'logs';
const path = `${API}/log-level/{cluster}` as const;
const query = { worker: { description: 'host:port of a worker; default: the server that is asked' } };
const response = { kind: 'json', schema: objectOf({ level: text }) } as const;

export function logLevelRoutes({ cluster, logging, plant, ask }: LogLevelParts): Route[] {
  const own = `${API}/log-level/${cluster}`;
  const workerUrl = (worker: string): string => requireWorker(plant, cluster, worker).url;
  return [
    defineRoute({
      method: 'GET',
      path,
      tag,
      query,
      summary: 'The level from which a server logs',
      response,
      handler: async (request) => {
        const { worker } = request.query;
        return jsonAnswer(worker ? await ask(workerUrl(worker), own, request) : { level: logging.level });
      },
    }),
    defineRoute({
      method: 'PUT',
      path,
      tag,
      query,
      summary: 'Sets the level from which a server and its instances log, until it is started again',
      action: 'log.level',
      role: 'admin',
      body: { kind: 'object', what: 'level ({"level": "DEBUG"})', required: true, schema: object },
      response,
      examples: { body: { level: 'DEBUG' }, answer: { level: 'DEBUG' } },
      handler: async (request) => {
        const { worker } = request.query;
        const { level } = request.body;
        if (typeof level !== 'string' || !isLogLevel(level)) {
          throw new CamServerError('INVALID_BODY', `'level' must be one of ${logLevels.join(', ')}.`);
        }
        noteChange({ target: worker || cluster, details: level });
        if (worker) return jsonAnswer(await ask(workerUrl(worker), own, request as RouteRequest, { level }));
        logging.setLevel(level);
        return jsonAnswer({ level });
      },
    }),
  ];
}
