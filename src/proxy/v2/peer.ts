/**
 * Requests about the other cluster are passed on to its server, so that a browser needs one origin. The user is named there;
 * the service token makes that believable.
 */
import { errorText } from '../../common/errors.js';
import { formatJson, type JsonObject } from '../../common/json.js';
import { ProblemError, RawAnswer, type Route, type RouteRequest } from '../../http/index.js';
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
  async forward(method: string, request: RouteRequest): Promise<RawAnswer> {
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
      const response = await fetch(this.address + request.url, {
        method,
        headers,
        body: bodyOf(request.body),
        signal: AbortSignal.any([request.signal, timeout]),
        redirect: 'error',
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      const kept: Record<string, string> = {};
      for (const name of ANSWER_HEADERS) {
        const value = response.headers.get(name);
        if (value !== null) kept[name] = value;
      }
      return new RawAnswer(response.headers.get('content-type') ?? '', bytes, response.status, kept);
    } catch (error) {
      request.signal.throwIfAborted();
      const isLate = timeout.aborted;
      const text = `The server of the ${this.cluster}, ${this.address}, ${isLate ? 'was too slow' : 'cannot be reached'}`;
      const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw new ProblemError(
        isLate ? 504 : 502,
        isLate ? 'SERVER_TIMEOUT' : 'SERVER_UNREACHABLE',
        isLate ? `${text}.` : `${text}: ${errorText(reason)}`,
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
  const response = await fetch(address + path, {
    method: document === undefined ? 'GET' : 'PUT',
    headers: { ...headers, ...behalf(request), ...type, 'X-Request-Id': request.id },
    body: document === undefined ? null : formatJson(document),
    signal: AbortSignal.any([request.signal, AbortSignal.timeout(timeout)]),
    redirect: 'error',
  });
  const body = (await response.json()) as { detail?: string };
  if (!response.ok) throw new Error(body.detail ?? `HTTP ${response.status}`);
  return body;
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

function bodyOf(body: unknown): Uint8Array<ArrayBuffer> | string | null {
  if (body === null || body === undefined) return null;
  return body instanceof Uint8Array ? new Uint8Array(body) : formatJson(body);
}
