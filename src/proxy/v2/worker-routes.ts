/** Workers and servers as a whole: looking, emptying, stopping everything, starting the process again. */
import { InstanceClient } from '../../client/index.js';
import { CamServerError } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { noteChange } from '../../common/request-context.js';
import { defineRoute, jsonAnswer, ProblemError, type Route } from '../../http/index.js';
import type { ClusterControl } from '../cluster-view.js';
import type { Plant } from './plant.js';
import type { ClusterName, WorkerRecord } from './records.js';
import { API, listOf, object, objectOf, text } from './schemas.js';
import type { Tasks } from './tasks.js';

export interface WorkerParts {
  readonly cluster: ClusterName;
  readonly plant: Plant;
  readonly tasks: Tasks;
  /** Null on a standalone server, which is its only worker. */
  readonly control: ClusterControl | null;
  /** The pool as it is configured; null on a standalone server. */
  readonly pool: () => JsonObject | null;
  /** Stops all instances of this server; used on a standalone one. */
  readonly stopAll: () => Promise<void>;
  /** Ends this process, which its supervisor starts again. */
  readonly reset: () => void;
}

const tag = 'workers';
const one = `${API}/workers/{cluster}/{worker}` as const;
const STOP_DEADLINE = 130_000;
/** Milliseconds between the answer and the end of the process. */
const RESET_DELAY = 100;

export function workerRoutes(parts: WorkerParts): Route[] {
  return [lookRoute(parts), ...drainRoutes(parts), ...endingRoutes(parts)];
}

function lookRoute({ cluster, plant, pool }: WorkerParts): Route {
  return defineRoute({
    method: 'GET',
    path: one,
    tag,
    summary: 'A worker with its instances and its entry in the pool',
    response: { kind: 'json', schema: objectOf({ worker: object, instances: listOf(object) }) },
    handler: async ({ parameters }) => {
      await plant.snapshot();
      const worker = requireWorker(plant, cluster, parameters.worker);
      const instances = plant.current(cluster)!.instances.filter((record) => record.worker === worker.worker);
      return jsonAnswer({ worker, instances, placement: pool()?.[worker.url] ?? null });
    },
  });
}

function drainRoutes({ cluster, plant, tasks, control }: WorkerParts): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: `${one}/drain`,
      tag,
      summary: 'Takes a worker out of use: it gets nothing new, and what it has is moved when asked to',
      action: 'worker.drain',
      role: 'admin',
      body: { kind: 'object', what: 'order ({"move": "none", "permanent" or "all"})' },
      response: { kind: 'json', schema: object },
      examples: { body: { move: 'permanent' } },
      handler: (request) => {
        const { url, worker } = requireWorker(plant, cluster, request.parameters.worker);
        const move = request.body?.move ?? 'permanent';
        if (move !== 'none' && move !== 'permanent' && move !== 'all') {
          throw new CamServerError('INVALID_BODY', "'move' is none, permanent or all.");
        }
        const orders = requireControl(control);
        noteChange({ target: worker, details: `move ${move}` });
        return tasks.start(
          request,
          'worker.drain',
          worker,
          async ({ signal }) => ({ ...(await orders.drain(url, move, signal)) }) as unknown as JsonObject,
        );
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${one}/undrain`,
      tag,
      summary: 'Takes a drained worker back into use',
      action: 'worker.undrain',
      role: 'admin',
      response: { kind: 'json', schema: objectOf({ worker: text }) },
      handler: async ({ parameters }) => {
        const { url, worker } = requireWorker(plant, cluster, parameters.worker);
        await requireControl(control).undrain(url);
        return jsonAnswer({ worker });
      },
    }),
  ];
}

function endingRoutes({ cluster, plant, control, stopAll, reset }: WorkerParts): Route[] {
  const client = (url: string): InstanceClient =>
    new InstanceClient(url, cluster === 'cameras' ? '/api/v1/cam' : '/api/v1/pipeline');
  const endSelf = (): void => {
    setTimeout(reset, RESET_DELAY);
  };
  return [
    defineRoute({
      method: 'POST',
      path: `${one}/stop-all`,
      tag,
      summary: 'Stops all instances of a worker; permanent ones come back',
      action: 'instance.stop_all',
      role: 'admin',
      deadline: STOP_DEADLINE,
      response: { kind: 'json', schema: objectOf({ worker: text }) },
      handler: async ({ parameters }) => {
        const { url, worker } = requireWorker(plant, cluster, parameters.worker);
        await (control === null ? stopAll() : client(url).stopAllInstances());
        return jsonAnswer({ worker });
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${one}/restart`,
      tag,
      summary: 'Ends the process of a worker with all its instances; its supervisor starts it again',
      action: 'worker.restart',
      role: 'admin',
      response: { kind: 'json', schema: objectOf({ worker: text }) },
      handler: async ({ parameters }) => {
        const { url, worker } = requireWorker(plant, cluster, parameters.worker);
        if (control === null) endSelf();
        else await client(url).reset();
        return jsonAnswer({ worker });
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${API}/manager/{cluster}/restart`,
      tag,
      summary: 'Ends the process of the manager; its supervisor starts it again, and running instances stay',
      action: 'manager.restart',
      role: 'admin',
      response: { kind: 'json', schema: objectOf({ cluster: text }) },
      handler: () => {
        endSelf();
        return jsonAnswer({ cluster });
      },
    }),
  ];
}

/** @throws ProblemError naming the workers that there are */
export function requireWorker(plant: Plant, cluster: ClusterName, name: string): WorkerRecord {
  const workers = plant.current(cluster)?.workers ?? [];
  const found = workers.find(({ worker }) => worker === name);
  if (found !== undefined) return found;
  const known = workers.map(({ worker }) => worker).join(', ') || 'none';
  throw new ProblemError(404, 'UNKNOWN_SERVER', `There is no worker '${name}'; there are: ${known}.`);
}

function requireControl(control: ClusterControl | null): ClusterControl {
  if (control !== null) return control;
  throw new ProblemError(404, 'NO_CLUSTER', 'A standalone server has no pool of workers.');
}
