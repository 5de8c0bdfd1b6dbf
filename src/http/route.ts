/**
 * A route is declared once; from the declaration come its registration with express, the reading of its parameters and
 * body, and its part of the OpenAPI document.
 */
import type { JsonObject } from '../common/json.js';
import type { RawAnswer, StreamAnswer } from './answer.js';
import type { Identity, Role } from './roles.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** JSON Schema (draft 2020-12), as OpenAPI 3.1 uses it. */
export type JsonSchema = { readonly [key: string]: unknown };

/** Which of the server's size limits applies to a body. */
export type BodyLimit = 'json' | 'background' | 'code';

export interface ObjectBody {
  /** A JSON object, read only when the media type is exactly `application/json`; otherwise the body counts as absent. */
  readonly kind: 'object';
  /** What the body is, for messages and the document: `camera configuration`. */
  readonly what: string;
  /** When set, an absent body is refused; otherwise the handler gets null. */
  readonly required?: true;
  /** Default `json`. Bodies of `background` size are read by the faster JSON reader that forgets literal kinds. */
  readonly limit?: BodyLimit;
  readonly schema?: JsonSchema;
}

export interface BytesBody {
  /** The bytes as they are, whatever the media type. */
  readonly kind: 'bytes';
  readonly what: string;
  readonly limit: BodyLimit;
}

export type BodyDefinition = ObjectBody | BytesBody;

/** What a handler gets as `request.body`. */
export type BodyValue<B> = B extends BytesBody
  ? Buffer
  : B extends { kind: 'object'; required: true }
    ? JsonObject
    : B extends { kind: 'object' }
      ? JsonObject | null
      : null;

export interface QueryParameter {
  readonly description: string;
  readonly schema?: JsonSchema;
}

export type ResponseDefinition =
  /** `{"state": "ok", "status": …}` and the named members. */
  | { readonly kind: 'envelope'; readonly payload?: Readonly<Record<string, JsonSchema>> }
  | { readonly kind: 'png' | 'text' | 'html' }
  /** JSON without the envelope. */
  | { readonly kind: 'json'; readonly schema: JsonSchema };

/** The members of a successful answer; `status` is the text for people. `state` is added in front. */
export interface EnvelopeAnswer {
  readonly status: string;
  readonly [member: string]: unknown;
}

export type Answer = EnvelopeAnswer | RawAnswer | StreamAnswer;

export interface RouteRequest<P extends string = string, B = unknown> {
  /** Decoded and checked names from the path. */
  readonly parameters: Readonly<Record<P, string>>;
  /** The last value of each query parameter; `''` for one without value. */
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: BodyValue<B>;
  /** Aborted when the deadline passed, the client left, or the server is closed by force. */
  readonly signal: AbortSignal;
  /** From `X-Request-Id` or made here; pass it on to other servers. */
  readonly id: string;
  /** Path and query in canonical form. */
  readonly url: string;
  /** Who asks, and from where. */
  readonly identity: Identity;
  /** A header of the request, by its name in any case. */
  header(name: string): string | undefined;
}

/** `/a/{x}/b/{y*}` → `'x' | 'y'` */
export type ParameterNames<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${infer Plain}*` ? Plain : Name) | ParameterNames<Rest>
  : never;

export interface RouteExamples {
  readonly body?: unknown;
  readonly answer?: unknown;
}

export interface RouteDefinition<
  P extends string = string,
  B extends BodyDefinition | undefined = undefined,
> {
  readonly method: Method;
  /**
   * `{name}` is one segment, decoded and checked as a name. `{name*}` at the end is the rest of the path including
   * slashes, and may be empty.
   */
  readonly path: P;
  readonly summary: string;
  /** Group in the document. */
  readonly tag?: string;
  readonly query?: Readonly<Record<string, QueryParameter>>;
  readonly body?: B;
  /** Default: an envelope without further members. */
  readonly response?: ResponseDefinition;
  /** For GET routes that start or change something: HEAD then answers without running the handler. */
  readonly sideEffects?: true;
  /** What the audit log calls the change: `config.save`. Every route that changes something has one. */
  readonly action?: string;
  /** The smallest role that may use the route; default: `operator` for changes, `viewer` for the rest. */
  readonly role?: Role;
  /** A POST that changes nothing, for example a check; neither audited nor forbidden to viewers. */
  readonly isReadOnly?: true;
  /** Examples for the document. */
  readonly examples?: RouteExamples;
  /** Milliseconds; default: the server's. */
  readonly deadline?: number;
  readonly handler: (request: RouteRequest<ParameterNames<P>, B>) => Promise<Answer> | Answer;
}

/** A declared route, whatever its parameters and body. */
export interface Route extends Omit<RouteDefinition, 'body' | 'handler'> {
  readonly body?: BodyDefinition;
  readonly handler: (request: RouteRequest<string, never>) => Promise<Answer> | Answer;
}

/** Declares a route; the types of `request.parameters` and `request.body` follow from path and body. */
export function defineRoute<const P extends string, const B extends BodyDefinition | undefined = undefined>(
  definition: RouteDefinition<P, B>,
): Route {
  return definition as unknown as Route;
}

export interface PathParameter {
  readonly name: string;
  readonly rest: boolean;
}

/** The parameters of a declared path, in order. */
export function pathParameters(path: string): PathParameter[] {
  return [...path.matchAll(/\{(\w+)(\*?)\}/g)].map((match) => ({ name: match[1]!, rest: match[2] === '*' }));
}

/**
 * The path in the syntax of express 5; a rest parameter may be empty, which takes a second pattern. What stands between
 * the parameters is percent-encoded as the paths of requests are.
 */
export function expressPaths(path: string): string[] {
  const parts = path.split(/(\{\w+\*?\})/);
  const rest = parts.findIndex((part) => part.endsWith('*}'));
  const pattern = parts.map(expressPart).join('');
  return rest < 0 ? [pattern] : [pattern, parts.slice(0, rest).map(expressPart).join('')];
}

function expressPart(part: string): string {
  const parameter = /^\{(\w+)(\*?)\}$/.exec(part);
  if (parameter !== null) return (parameter[2] === '*' ? '*' : ':') + parameter[1];
  const literal = part.split('/').map(encodeURIComponent).join('/');
  return literal.replace(/[!()*']/g, '\\$&');
}

/** Static paths first, otherwise in the given order: the precedence of `rest-api.md` 2.7. */
export function inOrderOfPrecedence(routes: readonly Route[]): Route[] {
  const isStatic = (route: Route): boolean => !route.path.includes('{');
  return [...routes.filter(isStatic), ...routes.filter((route) => !isStatic(route))];
}
