/**
 * The OpenAPI 3.1 document, made from the declared routes.
 */
import { packageVersion } from '../common/package.js';
import { jsonAnswer } from './answer.js';
import {
  type BodyDefinition,
  defineRoute,
  type JsonSchema,
  pathParameters,
  type ResponseDefinition,
  type Route,
} from './route.js';

const PATH = '/api/v1/openapi.json';

/** The route that serves the document of `routes` and of itself. */
export function openApiRoute(title: string, routes: readonly Route[]): Route {
  const route: Route = defineRoute({
    method: 'GET',
    path: PATH,
    tag: 'documentation',
    summary: 'This document',
    response: { kind: 'json', schema: { type: 'object' } },
    handler: () => jsonAnswer(document),
  });
  const document = openApiDocument(title, [...routes, route]);
  return route;
}

/** Describes the routes; every declared route appears, and nothing else. */
export function openApiDocument(title: string, routes: readonly Route[]): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    const path = route.path.replace(/\*\}/g, '}');
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title,
      version: packageVersion,
      description:
        'Failures are answered with HTTP 200 and {"state": "error", "status": "<text>"} on every route below /api/v1.',
    },
    paths,
    components: { schemas: { Error: errorSchema } },
  };
}

const errorSchema: JsonSchema = {
  type: 'object',
  description: 'A failure; `status` says what was wrong',
  properties: { state: { const: 'error' }, status: { type: 'string' } },
  required: ['state', 'status'],
};

function operation(route: Route): JsonSchema {
  const parameters = [
    ...pathParameters(route.path).map(({ name, rest }) => ({
      name,
      in: 'path',
      required: true,
      ...(rest ? { description: 'The rest of the path, may contain slashes' } : {}),
      schema: { type: 'string' },
    })),
    ...Object.entries(route.query ?? {}).map(([name, { description, schema }]) => ({
      name,
      in: 'query',
      required: false,
      description,
      schema: schema ?? { type: 'string' },
    })),
  ];
  return {
    operationId: operationId(route),
    summary: route.summary,
    ...(route.tag === undefined ? {} : { tags: [route.tag] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: requestBody(route.body) }),
    responses: { 200: { description: 'Answer', content: responseContent(route.response) } },
  };
}

function operationId(route: Route): string {
  return `${route.method.toLowerCase()}${route.path.replace(/[^A-Za-z0-9]+/g, '_').replace(/_$/, '')}`;
}

function requestBody(body: BodyDefinition): JsonSchema {
  return {
    description: body.what,
    required: body.kind === 'bytes' || body.required === true,
    content:
      body.kind === 'bytes'
        ? { 'application/octet-stream': {} }
        : { 'application/json': { schema: body.schema ?? { type: 'object' } } },
  };
}

const CONTENT_TYPES = { png: 'image/png', text: 'text/plain', html: 'text/html' } as const;

function responseContent(response: ResponseDefinition = { kind: 'envelope' }): JsonSchema {
  if (response.kind === 'json') return { 'application/json': { schema: response.schema } };
  const error = { $ref: '#/components/schemas/Error' };
  if (response.kind !== 'envelope') {
    return { [CONTENT_TYPES[response.kind]]: {}, 'application/json': { schema: error } };
  }
  const payload = response.payload ?? {};
  const success = {
    type: 'object',
    properties: { state: { const: 'ok' }, status: { type: 'string' }, ...payload },
    required: ['state', 'status', ...Object.keys(payload)],
  };
  return { 'application/json': { schema: { oneOf: [success, error] } } };
}
