/**
 * Requests about the other cluster are passed on to its server, so that a browser needs one origin. The user is named there;
 * the service token makes that believable.
 */
import { exchange } from '../../client/index.js';
import { errorText } from '../../common/errors.js';
import { formatJson, type JsonObject } from '../../common/json.js';
import { type Method, ProblemError, RawAnswer, type Route, type RouteRequest } from '../../http/index.js';
import type { ClusterName } from './records.js';
import { clusterNames } from './records.js';

/** Headers that a request keeps on its way, and an answer on its way back. */
const REQUEST_HEADERS = [
  'content-type',
  'accept',
  'if-match',
  'if-none-match',
  'x-reason',
  'idempotency-key',
];
const ANSWER_HEADERS = ['etag', 'location', 'retry-after', 'content-disposition', 'idempotency-replayed'];
/** Milliseconds for what must be answered quickly, and for what starts or stops something. */
const READ_TIMEOUT = 10_000;
const CHANGE_TIMEOUT = 125_000;

export interface PeerOptions {
  readonly cluster: ClusterName;
  /** Without a slash at the end. */
  readonly address: string;
  /** Null: the other server lets everyone do everything. */
  readonly serviceToken: string | null;
}

export class Peer {
  readonly cluster: ClusterName;

  constructor(private readonly options: PeerOptions) {
    this.cluster = options.cluster;
  }

  get address(): string {
    return this.options.address;
  }

  /** What identifies this server itself there. */
  get headers(): Record<string, string> {
    return serviceHeaders(this.options.serviceToken);
  }

  /** @throws ProblemError 502, 504 */
  async forward(method: Method, request: RouteRequest): Promise<RawAnswer> {
    const headers: Record<string, string> = {
      ...this.headers,
      ...behalf(request),
      'X-Request-Id': request.id,
    };
    for (const name of REQUEST_HEADERS) {
      const value = request.header(name);
      if (value !== undefined) headers[name] = value;
    }
    const timeout = AbortSignal.timeout(method === 'GET' ? READ_TIMEOUT : CHANGE_TIMEOUT);
    try {
      const answer = await exchange({
        url: this.address + request.url,
        method,
        headers,
        body: bodyOf(request.body),
        signal: AbortSignal.any([request.signal, timeout]),
      });
      const kept: Record<string, string> = {};
      for (const name of ANSWER_HEADERS) {
        const value = answer.headers[name];
        if (typeof value === 'string') kept[name] = value;
      }
      return new RawAnswer(answer.contentType, answer.body, answer.status, kept);
    } catch (error) {
      request.signal.throwIfAborted();
      const isLate = timeout.aborted;
      const text = `The server of the ${this.cluster}, ${this.address}, ${isLate ? 'was too slow' : 'cannot be reached'}`;
      throw new ProblemError(
        isLate ? 504 : 502,
        isLate ? 'SERVER_TIMEOUT' : 'SERVER_UNREACHABLE',
        isLate ? `${text}.` : `${text}: ${errorText(error)}`,
      );
    }
  }
}

/** A request to another server for the one who asks, as JSON; a GET, or a PUT with a document. @throws Error */
export async function askJson(
  address: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  request: RouteRequest,
  timeout: number,
  document?: JsonObject,
): Promise<unknown> {
  const type: Record<string, string> = document === undefined ? {} : { 'Content-Type': 'application/json' };
  const answer = await exchange({
    url: address + path,
    method: document === undefined ? 'GET' : 'PUT',
    headers: { ...headers, ...behalf(request), ...type, 'X-Request-Id': request.id },
    body: document === undefined ? null : formatJson(document),
    signal: AbortSignal.any([request.signal, AbortSignal.timeout(timeout)]),
  });
  return readAnswer(answer);
}

/** A GET of this server itself at another one, as JSON. @throws Error */
export async function readJson(
  url: string,
  headers: Readonly<Record<string, string>>,
  timeout: number,
): Promise<unknown> {
  const signal = AbortSignal.timeout(timeout);
  return readAnswer(await exchange({ url, method: 'GET', headers, body: null, signal }));
}

/** @throws Error with the detail of a problem */
function readAnswer({ status, body }: { readonly status: number; readonly body: Buffer }): unknown {
  let document: { readonly detail?: string } | null;
  try {
    document = JSON.parse(body.toString('utf8'));
  } catch {
    throw new Error(`it answers HTTP ${status} without JSON`);
  }
  if (status >= 200 && status < 300) return document;
  throw new Error(document?.detail ?? `HTTP ${status}`);
}

/**
 * The routes, each answering for its cluster: the one of this server, or the peer's. Which one is meant stands in the path or
 * the query as `cluster`.
 */
export function perCluster(own: ClusterName, peer: Peer | null, routes: readonly Route[]): Route[] {
  return routes.map((route) => ({
    ...route,
    handler: (request) => {
      const cluster = (request.parameters.cluster ?? request.query.cluster) || own;
      if (cluster === own) return route.handler(request);
      if (peer !== null && cluster === peer.cluster)
        return peer.forward(route.method, request as RouteRequest);
      const known = clusterNames.includes(cluster as ClusterName);
      const text = known
        ? `This server does not know the server of the ${cluster}.`
        : `There is no cluster '${cluster}', there are ${clusterNames.join(' and ')}.`;
      throw new ProblemError(404, 'UNKNOWN_CLUSTER', text);
    },
  }));
}

/** What identifies this server at others. @param serviceToken null: they let everyone do everything */
export function serviceHeaders(serviceToken: string | null): Record<string, string> {
  return serviceToken === null ? {} : { Authorization: `Bearer ${serviceToken}` };
}

/** For whom this server asks. */
export function behalf({ identity }: Pick<RouteRequest, 'identity'>): Record<string, string> {
  const headers: Record<string, string> = { 'X-CamServer-Role': identity.role };
  if (identity.user !== null) headers['X-CamServer-User'] = encodeURIComponent(identity.user);
  return headers;
}

function bodyOf(body: unknown): Uint8Array | string | null {
  if (body === null || body === undefined) return null;
  return body instanceof Uint8Array ? body : formatJson(body);
}
