/** JSON Schemas of the documents, for editors. */
import { cameraConfigurationSchema } from '../../camera/configuration-schema.js';
import { defineRoute, type JsonSchema, jsonAnswer, ProblemError, type Route } from '../../http/index.js';
import { pipelineConfigurationSchema } from '../../worker/configuration/index.js';
import { API, object } from './schemas.js';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/** `servers.json` */
export const serversSchema: JsonSchema = {
  $schema: DRAFT,
  title: 'Pool of servers',
  type: 'object',
  additionalProperties: {
    type: 'object',
    properties: {
      enabled: { type: 'boolean', default: true, description: 'Whether the server is part of the pool' },
      expanding: {
        type: 'boolean',
        default: true,
        description: 'Whether it takes instances by the least-load rule',
      },
      instances: {
        type: 'array',
        items: { type: 'string', pattern: '^#?[^:]+(:[0-9]+)?$' },
        description: 'Fixed instances: name or name:port; # switches an entry off',
      },
      cameras: {
        type: 'array',
        items: { type: 'string' },
        description: 'Pipelines on these cameras go to this server',
      },
      draining: { type: 'boolean', default: false, description: 'It is being emptied and takes nothing' },
      max_instances: { type: 'integer', minimum: 0, description: 'More are refused' },
      max_load: {
        type: 'number',
        minimum: 0,
        description: 'Percent of host CPU from which on it takes nothing new',
      },
    },
    additionalProperties: true,
  },
};

/** `permanent_instances.json` */
export const permanentSchema: JsonSchema = {
  $schema: DRAFT,
  title: 'Permanent instances',
  type: 'object',
  description: 'Instance → configuration; # in front of the instance switches the entry off',
  additionalProperties: { type: ['string', 'null'], description: 'null: of the same name' },
};

export function documentSchemas(): Readonly<Record<string, JsonSchema>> {
  return {
    camera: { $schema: DRAFT, title: 'Camera configuration', ...cameraConfigurationSchema },
    pipeline: pipelineConfigurationSchema(),
    servers: serversSchema,
    permanent: permanentSchema,
  };
}

export function schemaRoutes(): Route[] {
  const schemas = documentSchemas();
  return [
    defineRoute({
      method: 'GET',
      path: `${API}/schema/{kind}`,
      tag: 'documentation',
      summary: `JSON Schema of a document: ${Object.keys(schemas).join(', ')}`,
      response: { kind: 'json', schema: object },
      handler: ({ parameters: { kind } }) => {
        const found = Object.hasOwn(schemas, kind) ? schemas[kind] : undefined;
        if (found !== undefined) return jsonAnswer(found);
        const known = Object.keys(schemas).join(', ');
        throw new ProblemError(404, 'UNKNOWN_SCHEMA', `There is no schema '${kind}', there are ${known}.`);
      },
    }),
  ];
}
