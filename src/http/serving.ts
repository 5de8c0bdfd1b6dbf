/**
 * Serving one request of a declared route: who asks, may they, the handler with its deadline, and the audit record.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CamServerError, errorText } from '../common/errors.js';
import { formatJson } from '../common/json.js';
import type { Logger } from '../common/logging.js';
import { validName } from '../common/names.js';
import { type ChangeNote, runInRequest } from '../common/request-context.js';
import { type AccessControl, isChanging } from './access.js';
import { RawAnswer, StreamAnswer, sendAnswer } from './answer.js';
import { type AuditSink, auditEntry } from './audit.js';
import type { BodyReader } from './body.js';
import { type IdempotentRequests, idempotentRequest, lastingSignal } from './idempotency.js';
import type { Identity } from './roles.js';
import { type Answer, pathParameters, type Route } from './route.js';

export interface Serving {
  readonly access: AccessControl;
  readonly audit: AuditSink | undefined;
  readonly bodies: BodyReader;
  readonly idempotent: IdempotentRequests;
  readonly log: Logger;
}

/** A request with what the router made of its path. */
export interface RoutedRequest {
  readonly request: IncomingMessage;
  /** Path and query in canonical form. */
  readonly url: string;
  readonly values: Readonly<Record<string, string | string[] | undefined>>;
  readonly id: string;
  readonly remoteAddress: string;
}

/**
 * Answers a request.
 * @param deadline milliseconds until the answer must begin
 * @param streaming called when the answer is a stream: it goes on after the deadline
 * @throws whatever the checks or the handler threw; the audit record is written by then
 */
export async function serveRoute(
  route: Route,
  routed: RoutedRequest,
  response: ServerResponse,
  controller: AbortController,
  deadline: number,
  serving: Serving,
  streaming: () => void,
): Promise<void> {
  const startedAt = performance.now();
  const { request, id, remoteAddress: address } = routed;
  const notes: ChangeNote[] = [];
  let identity: Identity | null = null;
  const record = async (status: number, error?: unknown): Promise<void> => {
    if (serving.audit === undefined || !isAudited(route, notes)) return;
    const milliseconds = performance.now() - startedAt;
    const outcome = { identity, address, requestId: id, notes, status, error, milliseconds };
    await serving.audit.record(auditEntry(route, request, plainValues(routed.values), outcome));
  };
  let result: Answer;
  try {
    identity = await serving.access.identify(request, route, address);
    serving.access.authorize(identity, route);
    const who = identity;
    const work = runInRequest({ id, actor: who.user, notes }, () =>
      handle(route, routed, who, serving, controller.signal),
    );
    result = await withDeadline(work, deadline, controller, serving.log);
  } catch (error) {
    await record(200, error);
    throw error;
  }
  if (result instanceof StreamAnswer) {
    streaming();
    return result.serve(response, controller.signal);
  }
  const answer =
    result instanceof RawAnswer
      ? result
      : new RawAnswer('application/json', formatJson({ state: 'ok', ...result }));
  await record(answer.status);
  sendAnswer(response, answer);
}

/** A GET that may start something counts when it did. */
function isAudited(route: Route, notes: readonly ChangeNote[]): boolean {
  if (!isChanging(route)) return false;
  return route.method !== 'GET' || route.role !== undefined || notes.length > 0;
}

async function handle(
  route: Route,
  { request, url, values, id }: RoutedRequest,
  identity: Identity,
  { bodies, idempotent }: Serving,
  signal: AbortSignal,
): Promise<Answer> {
  const asked = {
    parameters: readParameters(route.path, values),
    query: readQuery(url),
    body: (await bodies.read(request, route.body)) as never,
    signal,
    id,
    url,
    identity,
    header: (name: string) => headerOf(request, name),
  };
  const keyed = idempotentRequest(route, request, url, asked.body, identity);
  if (keyed === null) return route.handler(asked);
  return idempotent.once(keyed, async () => route.handler({ ...asked, signal: lastingSignal(signal) }));
}

/** Rejects when the signal of the request aborts first; the work may go on, and its later failure is logged. */
async function withDeadline<T>(
  work: Promise<T>,
  milliseconds: number,
  controller: AbortController,
  log: Logger,
): Promise<T> {
  const timer = setTimeout(() => controller.abort(deadlinePassed(milliseconds)), milliseconds);
  const { signal } = controller;
  try {
    return await Promise.race([
      work,
      new Promise<never>((_resolve, reject) => {
        if (signal.aborted) reject(signal.reason);
        else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    ]);
  } finally {
    clearTimeout(timer);
    if (signal.aborted)
      work.catch((error) => log.debug(`Failed after its request ended: ${errorText(error)}`));
  }
}

function deadlinePassed(milliseconds: number): CamServerError {
  return new CamServerError('DEADLINE', `The request could not be answered within ${milliseconds / 1000} s.`);
}

export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : value;
}

function plainValues(values: RoutedRequest['values']): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join('/') : (value ?? '');
}

function readParameters(path: string, values: RoutedRequest['values']): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const { name, rest } of pathParameters(path)) {
    const text = textOf(values[name]);
    parameters[name] = rest ? text : validName(name.replace(/_name$/, ''), text);
  }
  return parameters;
}

function readQuery(url: string): Record<string, string> {
  const start = url.indexOf('?');
  const query: Record<string, string> = Object.create(null);
  if (start < 0) return query;
  for (const [name, value] of new URLSearchParams(url.slice(start))) query[name] = value;
  return query;
}
