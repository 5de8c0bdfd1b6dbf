/** What runs where, and stopping it (`rest-api.md` 6.1 to 6.7, 6.17). */
import { packageVersion } from '../../common/package.js';
import {
  defineRoute,
  instanceEndRoutes,
  type JsonSchema,
  type Route,
  STOP_DEADLINE,
  versionRoute,
} from '../../http/index.js';
import { resolvePath } from '../nested-path.js';
import type { ProxyService } from './service.js';

const tag = 'cluster';
const object: JsonSchema = { type: 'object' };
const list: JsonSchema = { type: 'array' };

export function clusterRoutes(base: string, service: ProxyService): Route[] {
  return [...viewRoutes(base, service), ...stopRoutes(base, service)];
}

function viewRoutes(base: string, { instances }: ProxyService): Route[] {
  const columns = ['servers', 'load', 'instances', 'version', 'cpu', 'memory', 'tx', 'rx'];
  return [
    defineRoute({
      method: 'GET',
      path: `${base}/servers`,
      tag,
      summary: 'The servers of the pool in parallel lists; load 1000 means that a server cannot be reached',
      response: { kind: 'envelope', payload: Object.fromEntries(columns.map((name) => [name, list])) },
      handler: async () => ({ status: 'List of servers.', ...(await instances.columns()) }),
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/status`,
      tag,
      summary: 'Servers with the records of their instances; null for one that cannot be reached',
      response: { kind: 'envelope', payload: { servers: object } },
      handler: async () => ({ status: 'Status of available servers.', servers: await instances.status() }),
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/info`,
      tag,
      summary: 'All running instances and all servers; `age` says how many seconds old a part is',
      response: { kind: 'envelope', payload: { info: object } },
      handler: async () => ({ status: 'Running instances information.', info: await instances.infoText() }),
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/info/{path*}`,
      tag,
      summary: 'One part of the information, for example servers/0/load or active_instances/_keys',
      response: { kind: 'envelope', payload: { path: { type: 'string' }, ret: {} } },
      handler: async ({ parameters: { path } }) => ({
        status: 'Nested information.',
        path,
        ret: resolvePath(await instances.info(), path),
      }),
    }),
    versionRoute(base, tag),
    defineRoute({
      method: 'GET',
      path: `${base}/heartbeat`,
      tag,
      summary: 'That the server answers',
      response: { kind: 'envelope', payload: { version: { type: 'string' } } },
      handler: () => ({ status: 'Heartbeat', version: packageVersion }),
    }),
  ];
}

function stopRoutes(base: string, service: ProxyService): Route[] {
  return [
    defineRoute({
      method: 'DELETE',
      path: `${base}/server/{server_name}`,
      tag,
      action: 'instance.stop_all',
      role: 'admin',
      summary: 'Stops all instances of a server, given by index or compact name',
      deadline: STOP_DEADLINE,
      handler: async ({ parameters: { server_name } }) => {
        const watch = service.pool.find(server_name);
        await service.instances.stopAllOn(watch);
        return { status: `All instances stopped in '${watch.address}'.` };
      },
    }),
    ...instanceEndRoutes({ base, tag, where: 'wherever it runs' }, service.instances),
  ];
}
