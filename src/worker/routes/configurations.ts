/** Stored pipelines, their groups, and the cameras one can build on. */
import { defineRoute, type JsonSchema, type Route } from '../../http/index.js';
import type { PipelineService } from '../service.js';

const tag = 'stored pipelines';
const names: JsonSchema = { type: 'array', items: { type: 'string' } };
const config = { kind: 'envelope', payload: { config: { type: 'object' } } } as const;

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
      response: { kind: 'envelope', payload: { groups: { type: 'object' } } },
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
  const path = `${base}/{pipeline_name}/config` as const;
  return [
    defineRoute({
      method: 'GET',
      path,
      tag,
      summary: 'A stored pipeline with its defaults filled in',
      response: config,
      handler: async ({ parameters: { pipeline_name } }) => ({
        status: `Pipeline ${pipeline_name} configuration retrieved.`,
        config: await service.config(pipeline_name),
      }),
    }),
    defineRoute({
      method: 'POST',
      path,
      action: 'config.save',
      tag,
      summary: 'Stores a pipeline; running instances stay as they are',
      body: { kind: 'object', what: 'pipeline configuration', required: true },
      response: config,
      handler: async ({ parameters: { pipeline_name }, body }) => ({
        status: `Pipeline ${pipeline_name} configuration saved.`,
        config: await service.saveConfig(pipeline_name, body),
      }),
    }),
    defineRoute({
      method: 'DELETE',
      path,
      action: 'config.delete',
      role: 'admin',
      tag,
      summary: 'Deletes a stored pipeline',
      handler: async ({ parameters: { pipeline_name } }) => {
        await service.deleteConfig(pipeline_name);
        return { status: `Pipeline ${pipeline_name} configuration deleted.` };
      },
    }),
  ];
}
