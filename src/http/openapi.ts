/**
 * The OpenAPI 3.1 document, made from the declared routes.
 */
import { packageVersion } from '../common/package.js';
import { isChanging, neededRole } from './access.js';
import { jsonAnswer } from './answer.js';
import {
  type BodyDefinition,
  defineRoute,
  type JsonSchema,
  pathParameters,
  type ResponseDefinition,
  type Route,
} from './route.js';

/** The versions of the interface; everything outside `/api/v2` belongs to the first. */
const VERSIONS = [
  {
    path: '/api/v1/openapi.json',
    includes: (route: Route): boolean => !isVersion2(route),
    description:
      'Failures are answered with HTTP 200 and {"state": "error", "status": "<text>"} on every route below /api/v1.',
  },
  {
    path: '/api/v2/openapi.json',
    includes: isVersion2,
    description:
      'Failures have an HTTP status of their own and a problem document (RFC 9457). What it all means: docs/api-v2.md.',
  },
] as const;

function isVersion2({ path }: Route): boolean {
  return path === '/api/v2' || path.startsWith('/api/v2/');
}

/** The routes that serve the documents of `routes` and of themselves, one per version that there is. */
export function openApiRoutes(title: string, routes: readonly Route[]): Route[] {
  return VERSIONS.filter(({ includes }) => routes.some(includes)).map(({ path, includes, description }) => {
    const route: Route = defineRoute({
      method: 'GET',
      path,
      tag: 'documentation',
      summary: 'This document',
      role: 'none',
      response: { kind: 'json', schema: { type: 'object' } },
      handler: () => jsonAnswer(document),
    });
    const document = openApiDocument(title, [...routes.filter(includes), route], description);
    return route;
  });
}

/** Describes the routes; every given route appears, and nothing else. */
export function openApiDocument(title: string, routes: readonly Route[], description = ''): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    const path = route.path.replace(/\*\}/g, '}');
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: { title, version: packageVersion, description },
    paths,
    components: { schemas: { Error: errorSchema, Problem: problemSchema } },
  };
}

const problemSchema: JsonSchema = {
  type: 'object',
  description: 'A failure (RFC 9457)',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What was wrong, for people' },
    code: { type: 'string', description: 'What was wrong, for programs' },
    request_id: { type: 'string' },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'request_id'],
};

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
    ...(route.body === undefined ? {} : { requestBody: requestBody(route.body, route.examples?.body) }),
    responses: {
      200: { description: 'Answer', content: responseContent(route.response, route.examples?.answer) },
      ...(isVersion2(route) ? { default: problemResponse } : {}),
    },
    ...(isChanging(route) ? { 'x-role': neededRole(route), 'x-action': route.action ?? null } : {}),
  };
}

function operationId(route: Route): string {
  return `${route.method.toLowerCase()}${route.path.replace(/[^A-Za-z0-9]+/g, '_').replace(/_$/, '')}`;
}

const problemResponse: JsonSchema = {
  description: 'Failure',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function requestBody(body: BodyDefinition, example: unknown): JsonSchema {
  return {
    description: body.what,
    required: body.kind === 'bytes' || body.required === true,
    content:
      body.kind === 'bytes'
        ? { 'application/octet-stream': {} }
        : {
            'application/json': {
              schema: body.schema ?? { type: 'object' },
              ...(example === undefined ? {} : { example }),
            },
          },
  };
}

const CONTENT_TYPES = { png: 'image/png', text: 'text/plain', html: 'text/html' } as const;

function responseContent(response: ResponseDefinition = { kind: 'envelope' }, example?: unknown): JsonSchema {
  if (response.kind === 'json') {
    const shown = example === undefined ? {} : { example };
    return { 'application/json': { schema: response.schema, ...shown } };
  }
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
