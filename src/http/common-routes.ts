/**
 * Routes that every role serves: logs, the base path, the system reset, the front page.
 */

import type { JsonObject } from '../common/json.js';
import { formatLogRecord, type Logger, type LogRecord, type LogRing } from '../common/logging.js';
import { htmlAnswer, type RawAnswer, textAnswer } from './answer.js';
import { frontPage } from './front-page.js';
import { defineRoute, type JsonSchema, type Route } from './route.js';

export interface CommonRoutesOptions {
  /** `/api/v1/cam` or `/api/v1/pipeline`. */
  readonly base: string;
  /** Heading of the front page, for example `Camera worker`. */
  readonly title: string;
  /** Path of the page with the running instances; default `/`. */
  readonly frontPath?: string;
  readonly serverLog: LogRing;
  readonly log: Logger;
  /** The records of one instance; empty for unknown ones. */
  instanceLog(name: string): Promise<readonly LogRecord[]> | readonly LogRecord[];
  /** `active_instances` by name, for the front page. */
  activeInstances(): Promise<JsonObject>;
  /** Stops all instances and ends the process; called 0.1 s after `/api/v1/reset` was answered. */
  reset(): void;
}

const records: JsonSchema = {
  type: 'array',
  description: '[time, logger, level, message]',
  items: { type: 'array', items: { type: 'string' }, minItems: 4, maxItems: 4 },
};

export function commonRoutes(options: CommonRoutesOptions): Route[] {
  return [...logRoutes('/api/v1/logs', options), ...otherRoutes(options)];
}

function logRoutes(base: string, options: CommonRoutesOptions): Route[] {
  const tag = 'logs';
  return [
    defineRoute({
      method: 'GET',
      path: base,
      tag,
      summary: 'The last records of the server',
      response: { kind: 'envelope', payload: { logs: records } },
      handler: () => ({ status: 'Server logs.', logs: options.serverLog.records() }),
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/txt`,
      tag,
      summary: 'The last records of the server as text',
      response: { kind: 'text' },
      handler: () => logText(options.serverLog.records()),
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/instance/{instance_name}`,
      tag,
      summary: 'The last records of an instance, none when it is unknown',
      response: { kind: 'envelope', payload: { logs: records } },
      handler: async ({ parameters }) => ({
        status: 'Instance logs.',
        logs: await options.instanceLog(parameters.instance_name),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/instance/{instance_name}/txt`,
      tag,
      summary: 'The last records of an instance as text',
      response: { kind: 'text' },
      handler: async ({ parameters }) => logText(await options.instanceLog(parameters.instance_name)),
    }),
  ];
}

/** One record per line. */
export function logText(lines: readonly LogRecord[]): RawAnswer {
  return textAnswer(lines.map(formatLogRecord).join('\n'));
}

function otherRoutes(options: CommonRoutesOptions): Route[] {
  const tag = 'server';
  return [
    defineRoute({
      method: 'GET',
      path: '/base',
      tag,
      summary: 'The prefix of the routes of this server',
      response: { kind: 'envelope', payload: { base: { type: 'string' } } },
      handler: () => ({ status: 'Base', base: options.base }),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/reset',
      tag,
      summary: 'Stops all instances and ends the server, which its supervisor starts again',
      sideEffects: true,
      action: 'server.restart',
      role: 'admin',
      handler: ({ identity, id }) => {
        options.log.warning(`[${id}] System reset asked for by ${identity.user ?? identity.address}.`);
        setTimeout(() => options.reset(), 100);
        return { status: 'System reset.' };
      },
    }),
    defineRoute({
      method: 'GET',
      path: options.frontPath ?? '/',
      tag,
      summary: 'A page with the running instances',
      response: { kind: 'html' },
      handler: async () => htmlAnswer(frontPage(options.title, await options.activeInstances())),
    }),
  ];
}
