/** The pool, the permanent instances, and the stored configurations as texts (`rest-api.md` 6.10 to 6.12, 6.16). */
import {
  configurationNamesRoute,
  defineRoute,
  type JsonSchema,
  type Route,
  storedConfigurationRoutes,
} from '../../http/index.js';
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
  return [
    configurationNamesRoute(base, tag, () => configurations.names()),
    ...storedConfigurationRoutes({
      base,
      parameter: 'config_name',
      tag,
      summaries: {
        read: 'The text of a stored configuration, as it stands in the file',
        save: 'Stores a configuration without validating it; workers get it when it is valid',
        delete: 'Deletes a stored configuration',
      },
      subject: (name) => name,
      body: { what: 'configuration' },
      schemas: { read: { type: 'string' }, save: object },
      read: (name) => configurations.text(name),
      save: (name, config) => configurations.save(name, config),
      delete: (name) => configurations.delete(name),
    }),
  ];
}
