/** Logs of the servers of the pool (`rest-api.md` 6.8, 6.9), also under the paths that the Python client calls. */
import type { LogRecord } from '../../common/logging.js';
import { defineRoute, type JsonSchema, logText, type Route } from '../../http/index.js';
import type { ProxyService } from './service.js';

const tag = 'logs';
const records: JsonSchema = { type: 'array', items: { type: 'array', items: { type: 'string' } } };
const answer = { kind: 'envelope', payload: { logs: records } } as const;

/** @param base `/api/v1/proxy`, or `/api/v1` for the Python client */
export function serverLogRoutes(base: string, { pool }: ProxyService): Route[] {
  const server = `${base}/server/logs/{server_name}` as const;
  const instance = `${base}/server/instance/logs/{server_name}/{instance_name}` as const;
  const serverLog = (name: string): Promise<LogRecord[]> => pool.find(name).client.logs();
  const instanceLog = (name: string, instanceName: string): Promise<LogRecord[]> =>
    pool.find(name).client.instanceLogs(instanceName);
  return [
    defineRoute({
      method: 'GET',
      path: server,
      tag,
      summary: 'The last records of a server, given by index or compact name',
      response: answer,
      handler: async ({ parameters: { server_name } }) => ({
        status: 'Server logs.',
        logs: await serverLog(server_name),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: `${server}/txt`,
      tag,
      summary: 'The last records of a server as text',
      response: { kind: 'text' },
      handler: async ({ parameters: { server_name } }) => logText(await serverLog(server_name)),
    }),
    defineRoute({
      method: 'GET',
      path: instance,
      tag,
      summary: 'The last records of an instance on a server',
      response: answer,
      handler: async ({ parameters: { server_name, instance_name } }) => ({
        status: 'Server logs.',
        logs: await instanceLog(server_name, instance_name),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: `${instance}/txt`,
      tag,
      summary: 'The last records of an instance on a server as text',
      response: { kind: 'text' },
      handler: async ({ parameters: { server_name, instance_name } }) =>
        logText(await instanceLog(server_name, instance_name)),
    }),
  ];
}
