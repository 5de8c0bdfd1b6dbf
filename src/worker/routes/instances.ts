/** Creating pipeline instances, their streams, and what they run with (`/instance/...`). */
import { CamServerError, errorText } from '../../common/errors.js';
import { type JsonObject, parseJson } from '../../common/json.js';
import { isJsonObject } from '../../common/leniency.js';
import { validName } from '../../common/names.js';
import {
  defineRoute,
  type EnvelopeAnswer,
  type JsonSchema,
  originOf,
  type Route,
  type RouteRequest,
} from '../../http/index.js';
import type { CreatedPipeline, PipelineService } from '../service.js';

const tag = 'pipeline instances';
const text: JsonSchema = { type: 'string' };
const object: JsonSchema = { type: 'object' };
const created = { kind: 'envelope', payload: { instance_id: text, stream: text, config: object } } as const;
const instanceIdQuery = { instance_id: { description: 'Id of the new instance; default: a new UUID' } };
const pipelineConfig = { kind: 'object', what: 'pipeline configuration' } as const;

export function pipelineInstanceRoutes(base: string, service: PipelineService): Route[] {
  return [...creationRoutes(base, service), ...streamRoutes(base, service), ...stateRoutes(base, service)];
}

function creationRoutes(base: string, service: PipelineService): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: base,
      action: 'instance.create',
      tag,
      summary: 'Creates an instance from a configuration, which may be partial',
      query: instanceIdQuery,
      body: pipelineConfig,
      response: created,
      handler: async (request) =>
        creationAnswer(await service.createFromConfig(request.body, instanceId(request), originOf(request))),
    }),
    defineRoute({
      method: 'POST',
      path: `${base}/instance/`,
      action: 'instance.create',
      tag,
      summary: 'The shared instance with an equal configuration, created when there is none',
      body: pipelineConfig,
      response: created,
      handler: async (request) =>
        creationAnswer(await service.streamFromConfig(request.body, originOf(request))),
    }),
    defineRoute({
      method: 'POST',
      path: `${base}/{pipeline_name}`,
      action: 'instance.create',
      tag,
      summary: 'Creates an instance from a stored configuration',
      query: {
        ...instanceIdQuery,
        additional_config: { description: 'JSON object laid over the stored configuration, key by key' },
      },
      response: created,
      handler: async (request) =>
        creationAnswer(
          await service.createFromName(
            request.parameters.pipeline_name,
            instanceId(request),
            additionalConfig(request.query.additional_config),
            originOf(request),
          ),
        ),
    }),
  ];
}

function streamRoutes(base: string, service: PipelineService): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: `${base}/instance/{instance_id}`,
      tag,
      summary: 'Stream of an instance; a stored pipeline of that name is started',
      response: { kind: 'envelope', payload: { stream: text } },
      sideEffects: true,
      action: 'instance.start',
      handler: async (request) => {
        const id = request.parameters.instance_id;
        const stream = await service.streamOfInstance(id, originOf(request));
        return { status: `Stream address for pipeline ${id}.`, stream };
      },
    }),
  ];
}

function stateRoutes(base: string, service: PipelineService): Route[] {
  const path = `${base}/instance/{instance_id}` as const;
  return [
    defineRoute({
      method: 'GET',
      path: `${path}/info`,
      tag,
      summary: 'Address, configuration and statistics of an instance',
      response: { kind: 'envelope', payload: { info: object } },
      handler: async ({ parameters: { instance_id } }) => ({
        status: `Pipeline instance ${instance_id} info retrieved.`,
        info: await service.instanceInfo(instance_id),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: `${path}/config`,
      tag,
      summary: 'The configuration an instance runs with',
      response: { kind: 'envelope', payload: { config: object } },
      handler: async ({ parameters: { instance_id } }) => ({
        status: `Pipeline instance ${instance_id} info retrieved.`,
        config: await service.instanceConfig(instance_id),
      }),
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/config`,
      action: 'instance.update',
      tag,
      summary: 'Changes the configuration of an instance: the body names only what changes',
      body: { kind: 'object', what: 'update of the configuration' },
      response: { kind: 'envelope', payload: { config: object } },
      handler: async ({ parameters: { instance_id }, body }) => ({
        status: `Pipeline instance ${instance_id} configuration changed.`,
        config: await service.updateInstanceConfig(instance_id, body),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: `${path}/exitcode`,
      tag,
      summary: 'Exit code of an instance, null while it runs; kept after its end',
      response: { kind: 'envelope', payload: { exitcode: { type: ['integer', 'null'] } } },
      handler: async ({ parameters: { instance_id } }) => ({
        status: `Pipeline instance ${instance_id} info retrieved.`,
        exitcode: await service.exitCode(instance_id),
      }),
    }),
  ];
}

function creationAnswer({ instanceId: id, stream, config }: CreatedPipeline): EnvelopeAnswer {
  return { status: `Stream address for pipeline ${id}.`, instance_id: id, stream, config };
}

function instanceId({ query }: Pick<RouteRequest, 'query'>): string | null {
  return query.instance_id ? validName('instance', query.instance_id) : null;
}

function additionalConfig(json: string | undefined): JsonObject | null {
  if (!json) return null;
  const value = parsed(json);
  if (value === null) return null;
  if (!isJsonObject(value)) throw invalid('additional_config must be a JSON object.');
  return value;
}

function parsed(json: string): ReturnType<typeof parseJson> {
  try {
    return parseJson(json);
  } catch (error) {
    throw invalid(`additional_config is not valid JSON. ${errorText(error)}`);
  }
}

function invalid(message: string): CamServerError {
  return new CamServerError('INVALID_PARAMETER', message);
}
