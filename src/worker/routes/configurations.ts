/** Stored pipelines, their groups, and the cameras one can build on. */
import { defineRoute, type JsonSchema, type Route, storedConfigurationRoutes } from '../../http/index.js';
import type { PipelineService } from '../service.js';

const tag = 'stored pipelines';
const names: JsonSchema = { type: 'array', items: { type: 'string' } };
const object: JsonSchema = { type: 'object' };

export function configurationRoutes(base: string, service: PipelineService): Route[] {
  return [...listRoutes(base, service), ...storeRoutes(base, service)];
}

function listRoutes(base: string, service: PipelineService): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: base,
      tag,
      summary: 'Names of the stored pipelines',
      response: { kind: 'envelope', payload: { pipelines: names } },
      // the wording of the original, which clients may show
      handler: async () => ({
        status: 'List of available cameras.',
        pipelines: await service.configNames(),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/groups`,
      tag,
      summary: 'Groups of stored pipelines',
      response: { kind: 'envelope', payload: { groups: object } },
      handler: async () => ({ status: 'Pipeline groups.', groups: await service.groups() }),
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/camera`,
      tag,
      summary: 'Names of the cameras of the camera server',
      response: { kind: 'envelope', payload: { cameras: names } },
      handler: async () => ({ status: 'List of available cameras.', cameras: await service.cameras() }),
    }),
  ];
}

function storeRoutes(base: string, service: PipelineService): Route[] {
  return storedConfigurationRoutes({
    base,
    parameter: 'pipeline_name',
    tag,
    summaries: {
      read: 'A stored pipeline with its defaults filled in',
      save: 'Stores a pipeline; running instances stay as they are',
      delete: 'Deletes a stored pipeline',
    },
    subject: (name) => `Pipeline ${name}`,
    body: { what: 'pipeline configuration' },
    schemas: { read: object, save: object },
    read: (name) => service.config(name),
    save: (name, config) => service.saveConfig(name, config),
    delete: (name) => service.deleteConfig(name),
  });
}
