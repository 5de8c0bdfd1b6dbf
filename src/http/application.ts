/**
 * The express application of a server: request ids, CORS, canonical paths, the declared routes, and the answers for paths
 * and methods that have none.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { CamServerError, errorText } from '../common/errors.js';
import type { Logger } from '../common/logging.js';
import { runInRequest } from '../common/request-context.js';
import type { SpanAttributes, Tracer } from '../common/traces/index.js';
import { type AccessControl, openAccess } from './access.js';
import { answerForError, HttpError, RawAnswer, sendAnswer } from './answer.js';
import type { AuditSink } from './audit.js';
import { type BodyLimits, BodyReader, defaultBodyLimits } from './body.js';
import { IdempotentRequests } from './idempotency.js';
import { HttpMetrics } from './metrics.js';
import { problemAnswer } from './problem.js';
import { expressPaths, inOrderOfPrecedence, type Route } from './route.js';
import { type Serving, serveRoute } from './serving.js';

export interface ApplicationOptions {
  readonly routes: readonly Route[];
  readonly log: Logger;
  /** Milliseconds in which a request must be answered unless its route says otherwise. Default 130 000. */
  readonly deadline?: number;
  readonly bodyLimits?: Partial<BodyLimits>;
  /** Origins that browsers may call version 1 from. Default: all. */
  readonly allowedOrigins?: readonly string[] | '*';
  /** Other origins that browsers may call version 2 from. Default: none. */
  readonly consoleOrigins?: readonly string[];
  /** Handlers asked after the declared routes, for example static files of the console. */
  readonly handlers?: readonly express.RequestHandler[];
  /** Default: everyone may do everything. */
  readonly access?: AccessControl;
  /** Makes a span of every request. */
  readonly tracer?: Tracer | null;
  /** Told of every request that changes something, refused and failed ones included. */
  readonly audit?: AuditSink;
}

export interface Application {
  readonly express: Express;
  readonly metrics: HttpMetrics;
  /** New requests are refused with 503 from now on; the promise resolves when the running ones are answered. */
  drain(): Promise<void>;
  readonly isDraining: boolean;
  /** Aborts what is still running. */
  abort(): void;
}

/** Milliseconds: a start may take 100 s. */
export const defaultDeadline = 130_000;

/** Still answered while the server closes. */
const ALWAYS_ANSWERED = ['/health/live', '/health/ready', '/metrics'];

const CORS_METHODS = 'PUT, GET, POST, DELETE, OPTIONS';
const CORS_HEADERS = 'Origin, Accept, Content-Type';
const MORE_CORS_HEADERS = `${CORS_HEADERS}, X-Requested-With, X-CSRF-Token`;

/** What is known of a request while it is served. */
interface Passage {
  readonly id: string;
  readonly startedAt: number;
  route: string;
  failed: boolean;
  /** Methods of other routes with this path. */
  readonly otherMethods: Set<string>;
}

/** Builds the application; nothing listens yet. */
export function createApplication(options: ApplicationOptions): Application {
  const { log } = options;
  const allowedOrigins = options.allowedOrigins ?? '*';
  const metrics = new HttpMetrics();
  const bodies = new BodyReader({ ...defaultBodyLimits, ...options.bodyLimits });
  const running = new Set<AbortController>();
  /** Those of `running` whose answers have no end of their own. */
  const streams = new Set<AbortController>();
  const serving: Serving = {
    access: options.access ?? openAccess,
    audit: options.audit,
    bodies,
    idempotent: new IdempotentRequests(),
    log,
  };
  let draining: (() => void) | null = null;

  const application = express();
  application.disable('x-powered-by').disable('etag');
  application.set('query parser', false);
  application.enable('strict routing').enable('case sensitive routing');

  application.use((request: Request, response: Response, next: NextFunction) => {
    begin(request, response);
    allowOrigin(request, response, isVersion2(request) ? (options.consoleOrigins ?? []) : allowedOrigins);
    if (draining !== null && !ALWAYS_ANSWERED.includes(request.path)) throw closing();
    request.url = canonicalUrl(request.url);
    next();
  });

  const routes = inOrderOfPrecedence(options.routes);
  for (const route of routes) {
    const method = route.method.toLowerCase() as 'get' | 'post' | 'put' | 'delete';
    application[method](expressPaths(route.path), (request, response) => serve(route, request, response));
  }
  for (const handler of options.handlers ?? []) application.use(handler);
  for (const route of routes) {
    application.all(expressPaths(route.path), (_request, response, next) => {
      passageOf(response).otherMethods.add(route.method);
      next();
    });
  }
  application.use(answerUnmatched);
  application.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    fail(error, request, response);
  });

  async function serve(route: Route, request: Request, response: Response): Promise<void> {
    const { id } = passageOf(response);
    passageOf(response).route = route.path;
    if (request.method === 'HEAD' && route.sideEffects) {
      return sendAnswer(response, new RawAnswer('application/json', ''));
    }
    const controller = new AbortController();
    running.add(controller);
    response.on('close', () => controller.abort(new CamServerError('CLIENT_LEFT', 'The client left.')));
    const routed = { request, url: request.url, values: request.params, id, remoteAddress: peer(request) };
    const deadline = route.deadline ?? options.deadline ?? defaultDeadline;
    try {
      await serveRoute(route, routed, response, controller, deadline, serving, () => {
        streams.add(controller);
        if (draining !== null) controller.abort(closing());
      });
    } catch (error) {
      fail(error, request, response);
    } finally {
      running.delete(controller);
      streams.delete(controller);
      if (running.size === 0) draining?.();
    }
  }

  function begin(request: Request, response: Response): void {
    const passage: Passage = {
      id: requestId(request),
      startedAt: performance.now(),
      route: 'unmatched',
      failed: false,
      otherMethods: new Set(),
    };
    response.locals.passage = passage;
    response.setHeader('X-Request-Id', passage.id);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('X-Frame-Options', 'DENY');
    response.setHeader('Referrer-Policy', 'no-referrer');
    if (isVersion2(request)) {
      response.setHeader('Cache-Control', 'no-store');
      response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    }
    const { method, url } = request;
    const endSpan = options.tracer?.request(request.get('traceparent'));
    response.on('close', () => {
      const seconds = (performance.now() - passage.startedAt) / 1000;
      const label = isKnownMethod(method) ? method : 'other';
      metrics.record(label, passage.route, response.statusCode, passage.failed, seconds);
      endSpan?.(`${label} ${passage.route}`, spanAttributes(passage, label, response), passage.failed);
      const took = `${(seconds * 1000).toFixed(1)} ms`;
      const line = `[${passage.id}] ${peer(request)} ${method} ${url} ${response.statusCode} ${took}`;
      within(passage, () => log.debug(line));
    });
  }

  function fail(error: unknown, request: Request, response: Response): void {
    const passage = passageOf(response);
    passage.failed = true;
    const subject = `[${passage.id}] ${request.method} ${request.originalUrl}: ${errorText(error)}`;
    within(passage, () => (error instanceof CamServerError ? log.debug(subject) : log.error(subject, error)));
    sendAnswer(response, isVersion2(request) ? problemAnswer(error, passage.id) : answerForError(error));
  }

  return {
    express: application,
    metrics,
    get isDraining() {
      return draining !== null;
    },
    drain: () =>
      new Promise((resolve) => {
        draining = resolve;
        for (const stream of streams) stream.abort(closing());
        if (running.size === 0) resolve();
      }),
    abort: () => {
      for (const controller of running) controller.abort(closing());
    },
  };
}

function closing(): HttpError {
  return new HttpError(503, 'CLOSING', 'The server is closing and takes no new requests.', {
    'Retry-After': '5',
    Connection: 'close',
  });
}

/** Version 2 has status codes and problem documents, and belongs to one origin. */
function isVersion2({ originalUrl }: Request): boolean {
  return /^\/api\/v2(?:[/?]|$)/.test(originalUrl);
}

function passageOf(response: Response): Passage {
  return response.locals.passage as Passage;
}

function spanAttributes({ id, route }: Passage, method: string, { statusCode }: Response): SpanAttributes {
  return {
    'http.request.method': method,
    'http.route': route,
    'http.response.status_code': statusCode,
    'camserver.request_id': id,
  };
}

/** So that what is logged belongs to the request. */
function within(passage: Passage, work: () => void): void {
  runInRequest({ id: passage.id, actor: null, notes: [] }, work);
}

function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}

function peer(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

function isKnownMethod(method: string): boolean {
  return ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'].includes(method);
}

function allowOrigin(request: Request, response: Response, allowed: readonly string[] | '*'): void {
  if (allowed === '*') {
    response.setHeader('Access-Control-Allow-Origin', '*');
  } else {
    response.setHeader('Vary', 'Origin');
    const origin = request.get('origin');
    if (origin === undefined || !allowed.includes(origin)) return;
    response.setHeader('Access-Control-Allow-Origin', origin);
  }
  response.setHeader('Access-Control-Allow-Methods', CORS_METHODS);
  const isPreflight = request.method === 'OPTIONS';
  response.setHeader('Access-Control-Allow-Headers', isPreflight ? CORS_HEADERS : MORE_CORS_HEADERS);
}

/**
 * The contract decodes a path before matching it (`rest-api.md` 2.7), express afterwards: with each segment decoded and
 * encoded again, both see the same names. A `%2F` stays inside its segment, where the check of names refuses it.
 */
function canonicalUrl(url: string): string {
  const [, path, query] = /^(?:https?:\/\/[^/?]*)?([^?]*)(.*)$/s.exec(url)!;
  try {
    const segments = path!.split('/').map((segment) => encodeURIComponent(decodeURIComponent(segment)));
    return segments.join('/') + query;
  } catch {
    throw new HttpError(400, 'INVALID_PATH', `The path '${path}' is not percent-encoded UTF-8.`);
  }
}

function answerUnmatched(request: Request, response: Response): void {
  const methods = passageOf(response).otherMethods;
  const path = decodeURIComponent(request.path);
  if (methods.size === 0) throw new HttpError(404, 'NO_ROUTE', `Not found: '${path}'`);
  if (request.method !== 'OPTIONS') {
    const allow = `${[...methods].sort().join(',')}, OPTIONS`;
    throw new HttpError(405, 'METHOD_NOT_ALLOWED', 'Method not allowed.', { Allow: allow });
  }
  sendAnswer(response, new RawAnswer('', ''));
}
