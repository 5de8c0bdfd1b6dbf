/** The pool, the permanent instances, and the stored configurations as texts (`rest-api.md` 6.10 to 6.12, 6.16). */
import { defineRoute, type JsonSchema, type Route } from '../../http/index.js';
import type { ProxyService } from './service.js';

const object: JsonSchema = { type: 'object' };
/** New instances are started before the answer. */
const PERMANENT_DEADLINE = 130_000;

export function settingsRoutes(base: string, service: ProxyService): Route[] {
  return [...poolRoutes(base, service), ...permanentRoutes(base, service), ...namedRoutes(base, service)];
}

function poolRoutes(base: string, { settings }: ProxyService): Route[] {
  const tag = 'pool';
  const config = { kind: 'envelope', payload: { config: object } } as const;
  return [
    defineRoute({
      method: 'GET',
      path: `${base}/config`,
      tag,
      summary: 'The servers of the pool with their settings',
      response: config,
      handler: () => ({ status: 'Proxy configuration retrieved.', config: settings.document }),
    }),
    defineRoute({
      method: 'POST',
      path: `${base}/config`,
      tag,
      action: 'placement.save',
      role: 'admin',
      summary: 'Replaces the pool; servers that are new, removed, enabled or disabled count at once',
      body: { kind: 'object', what: 'server pool', required: true },
      response: config,
      handler: async ({ body }) => ({
        // two blanks, as clients know it
        status: 'Proxy configuration  saved.',
        config: await settings.replace(body),
      }),
    }),
  ];
}

function permanentRoutes(base: string, { permanentList }: ProxyService): Route[] {
  const tag = 'permanent instances';
  const answer = { kind: 'envelope', payload: { permanent_instances: object } } as const;
  return [
    defineRoute({
      method: 'GET',
      path: `${base}/permanent`,
      tag,
      summary: 'The permanent instances: instance name -> configuration name',
      response: answer,
      handler: async () => ({
        status: 'Proxy configuration retrieved.',
        permanent_instances: await permanentList.read(),
      }),
    }),
    defineRoute({
      method: 'POST',
      path: `${base}/permanent`,
      tag,
      action: 'permanent.save',
      role: 'admin',
      summary: 'Replaces the permanent instances: removed ones are stopped, new ones are started',
      body: { kind: 'object', what: 'list of permanent instances', required: true },
      response: answer,
      deadline: PERMANENT_DEADLINE,
      handler: async ({ body }) => ({
        status: 'Proxy configuration  saved.',
        permanent_instances: await permanentList.replace(body),
      }),
    }),
  ];
}

function namedRoutes(base: string, { configurations }: ProxyService): Route[] {
  const tag = 'stored configurations';
  const path = `${base}/{config_name}/config` as const;
  return [
    defineRoute({
      method: 'GET',
      path: `${base}/config_names`,
      tag,
      summary: 'Names of the stored configurations',
      response: {
        kind: 'envelope',
        payload: { config_names: { type: 'array', items: { type: 'string' } } },
      },
      handler: async () => ({
        status: 'Configuration names retrieved.',
        config_names: await configurations.names(),
      }),
    }),
    defineRoute({
      method: 'GET',
      path,
      tag,
      summary: 'The text of a stored configuration, as it stands in the file',
      response: { kind: 'envelope', payload: { config: { type: 'string' } } },
      handler: async ({ parameters: { config_name } }) => ({
        status: `${config_name} configuration retrieved.`,
        config: await configurations.text(config_name),
      }),
    }),
    defineRoute({
      method: 'POST',
      path,
      tag,
      action: 'config.save',
      summary: 'Stores a configuration without validating it; workers get it when it is valid',
      body: { kind: 'object', what: 'configuration', required: true },
      response: { kind: 'envelope', payload: { config: object } },
      handler: async ({ parameters: { config_name }, body }) => ({
        status: `${config_name} configuration saved.`,
        config: await configurations.save(config_name, body),
      }),
    }),
    defineRoute({
      method: 'DELETE',
      path,
      tag,
      action: 'config.delete',
      role: 'admin',
      summary: 'Deletes a stored configuration',
      handler: async ({ parameters: { config_name } }) => {
        await configurations.delete(config_name);
        return { status: `${config_name} configuration deleted.` };
      },
    }),
  ];
}
