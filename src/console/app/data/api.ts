/** Calls of the REST interface: one origin, deadlines, and errors that keep the text of the server. */
import { isAction } from '../core/activity.js';
import type { Cluster, Json, JsonRecord } from '../core/plant.js';
import { Submissions } from '../core/submissions.js';
import { beginActivity, endActivity } from './activity.js';

export interface Site {
  readonly name: string;
  /** `production`, `test` or `simulation`: the colour bar. */
  readonly environment: string;
  /** Prefix of the routes of each cluster in this origin; absent: that cluster is not served here. */
  readonly clusters: Readonly<Partial<Record<Cluster, string>>>;
  /** Names of the buffers that store streams here. */
  readonly buffers: readonly string[];
}

export class ApiError extends Error {
  constructor(
    message: string,
    /** HTTP status; 0: no answer. */
    readonly status: number,
    readonly requestId: string | null,
    readonly details: JsonRecord = {},
  ) {
    super(message);
  }
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly json?: unknown;
  readonly body?: BodyInit;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Milliseconds. Default 15 000. */
  readonly deadline?: number;
}

let site: Site = { name: 'CamServer', environment: 'production', clusters: { pipelines: '' }, buffers: [] };

export async function loadSite(): Promise<Site> {
  const answer = await fetch('/ui/site.json', { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok)
    throw new ApiError(`The console's site description answered ${answer.status}.`, answer.status, null);
  site = (await answer.json()) as Site;
  return site;
}

export function currentSite(): Site {
  return site;
}

/** The cluster of the server that this page comes from. */
export function homeCluster(): Cluster {
  return site.clusters.pipelines === '' ? 'pipelines' : 'cameras';
}

/** `crypto.randomUUID` is missing where the page does not come over TLS. */
const submissions = new Submissions(() => crypto.getRandomValues(new Uint32Array(4)).join('-'));

let csrfToken: string | null = null;

/** The token that a session needs for requests that change something. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** @param path beginning with `/api`; the own server answers `/api/v2` for both clusters */
export function address(cluster: Cluster, path: string): string {
  return path.startsWith('/api/v2') ? path : `${site.clusters[cluster] ?? ''}${path}`;
}

export async function call(cluster: Cluster, path: string, options: CallOptions = {}): Promise<Response> {
  const { method = 'GET', json, deadline = 15_000 } = options;
  const headers: Record<string, string> = { ...options.headers };
  if (method !== 'GET') {
    // headers that no form and no foreign page can set without being asked for permission
    headers['X-Requested-With'] = 'camserver-console';
    if (csrfToken !== null) headers['X-CSRF-Token'] = csrfToken;
  }
  if (json !== undefined) headers['Content-Type'] = 'application/json';
  else if (options.contentType !== undefined) headers['Content-Type'] = options.contentType;
  const timeout = AbortSignal.timeout(deadline);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  const body = json === undefined ? options.body : JSON.stringify(json);
  const isText = body === undefined || typeof body === 'string';
  const submission = submissions.begin(
    isText ? `${method} ${path} ${headers['If-Match']} ${body}` : `${performance.now()}`,
  );
  if (method !== 'GET') {
    headers['Idempotency-Key'] = submission.key;
    headers['X-Request-Id'] = submission.key;
  }
  const acting = isAction(method, path);
  if (acting) beginActivity(method, path, submission.key);
  let response: Response;
  try {
    response = await fetch(address(cluster, path), {
      method,
      headers,
      signal,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    if (options.signal?.aborted) {
      if (acting) endActivity(submission.key, 'Cancelled here before the server answered.');
      throw error;
    }
    const reason = timeout.aborted ? `no answer within ${deadline / 1000} s` : 'the server cannot be reached';
    const problem = new ApiError(`${method} ${path}: ${reason}.`, 0, acting ? submission.key : null);
    if (acting) endActivity(submission.key, problem.message);
    throw problem;
  } finally {
    submission.done();
  }
  if (acting) void noteEnd(submission.key, response.clone());
  return response;
}

async function noteEnd(requestId: string, response: Response): Promise<void> {
  const record = await readRecord(response);
  const well = response.ok && record.state !== 'error';
  endActivity(requestId, well ? null : failure(response, record).message, record.state === 'running');
}

/** A JSON answer: an envelope of `/api/v1` with `state: "ok"`, or any successful one of `/api/v2`. */
export async function callJson(
  cluster: Cluster,
  path: string,
  options: CallOptions = {},
): Promise<JsonRecord> {
  const response = await call(cluster, path, options);
  const record = await readRecord(response);
  if (!response.ok || record.state === 'error') throw failure(response, record);
  return record;
}

async function readRecord(response: Response): Promise<JsonRecord> {
  if (response.status === 204) return {};
  try {
    const value = (await response.json()) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { value };
  } catch {
    return {};
  }
}

function failure(response: Response, record: JsonRecord): ApiError {
  const text = [record.detail, record.status, record.title].find((entry) => typeof entry === 'string');
  const message =
    typeof text === 'string' ? text : `The server answered ${response.status} ${response.statusText}.`;
  return new ApiError(message, response.status, response.headers.get('x-request-id'), record);
}

export async function callText(cluster: Cluster, path: string, options: CallOptions = {}): Promise<string> {
  const response = await call(cluster, path, options);
  if (response.headers.get('content-type')?.startsWith('application/json')) {
    throw failure(response, await readRecord(response));
  }
  if (!response.ok) throw failure(response, {});
  return response.text();
}

export async function callBlob(cluster: Cluster, path: string, options: CallOptions = {}): Promise<Blob> {
  const response = await call(cluster, path, options);
  if (!response.ok || response.headers.get('content-type')?.startsWith('application/json')) {
    throw failure(response, await readRecord(response));
  }
  return response.blob();
}

/** Says which state of a document was seen. @param etag null: there must be none yet */
export function ifSeen(etag: string | null): Record<string, string> {
  if (etag === null) return { 'If-None-Match': '*' };
  return { 'If-Match': etag.startsWith('"') ? etag : `"${etag}"` };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
