/** Stored configurations: the routes that cameras, pipelines and the documents of a cluster have in common. */
import type { JsonObject, JsonValue } from '../common/json.js';
import { defineRoute, type JsonSchema, type ObjectBody, type Route } from './route.js';

export interface ConfigurationRoutesOptions {
  readonly base: string;
  /** Name of the parameter in the paths: `camera_name` */
  readonly parameter: string;
  readonly tag: string;
  readonly summaries: { readonly read: string; readonly save: string; readonly delete: string };
  /** Begins the texts for people: `Camera CAM1` */
  readonly subject: (name: string) => string;
  readonly body: Pick<ObjectBody, 'what' | 'schema'>;
  /** Of `config` in the answers. */
  readonly schemas: { readonly read: JsonSchema; readonly save: JsonSchema };
  read(name: string): Promise<JsonValue>;
  /** @returns as stored */
  save(name: string, config: JsonObject): Promise<JsonObject>;
  delete(name: string): Promise<void>;
}

/** `GET …/config_names`. @param base path before it */
export function configurationNamesRoute(base: string, tag: string, names: () => Promise<string[]>): Route {
  return defineRoute({
    method: 'GET',
    path: `${base}/config_names`,
    tag,
    summary: 'Names of the stored configurations',
    response: {
      kind: 'envelope',
      payload: { config_names: { type: 'array', items: { type: 'string' } } },
    },
    handler: async () => ({ status: 'Configuration names retrieved.', config_names: await names() }),
  });
}

/** Reading, replacing and deleting one of them. */
export function storedConfigurationRoutes(options: ConfigurationRoutesOptions): Route[] {
  const { tag, subject, summaries, schemas } = options;
  const path: string = `${options.base}/{${options.parameter}}/config`;
  const nameIn = (parameters: Readonly<Record<string, string>>): string => parameters[options.parameter]!;
  return [
    defineRoute({
      method: 'GET',
      path,
      tag,
      summary: summaries.read,
      response: { kind: 'envelope', payload: { config: schemas.read } },
      handler: async ({ parameters }) => {
        const name = nameIn(parameters);
        return { status: `${subject(name)} configuration retrieved.`, config: await options.read(name) };
      },
    }),
    defineRoute({
      method: 'POST',
      path,
      action: 'config.save',
      tag,
      summary: summaries.save,
      body: { kind: 'object', required: true, ...options.body },
      response: { kind: 'envelope', payload: { config: schemas.save } },
      handler: async ({ parameters, body }) => {
        const name = nameIn(parameters);
        return { status: `${subject(name)} configuration saved.`, config: await options.save(name, body) };
      },
    }),
    defineRoute({
      method: 'DELETE',
      path,
      action: 'config.delete',
      role: 'admin',
      tag,
      summary: summaries.delete,
      handler: async ({ parameters }) => {
        const name = nameIn(parameters);
        await options.delete(name);
        return { status: `${subject(name)} configuration deleted.` };
      },
    }),
  ];
}
