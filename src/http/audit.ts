/**
 * What the audit log is told of a request.
 */
import type { IncomingMessage } from 'node:http';
import { errorText } from '../common/errors.js';
import type { ChangeNote } from '../common/request-context.js';
import { HttpError } from './answer.js';
import { problemStatus } from './problem.js';
import type { Identity } from './roles.js';
import { pathParameters, type Route } from './route.js';

/** One request that changed something, tried to, or was refused. */
export interface AuditEntry {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Null: anonymous. */
  readonly actor: string | null;
  readonly role: string | null;
  /** How the actor is known: `session`, `token`, `openid`, `proxy`, `service`, `anonymous`; `internal`: the server itself. */
  readonly method: string | null;
  readonly address: string;
  /** What the client calls itself (`User-Agent`). */
  readonly client: string | null;
  readonly action: string;
  readonly target: string | null;
  /** Method and path. */
  readonly request: string;
  /** Tags of the changed document; null when it did not exist. */
  readonly before: string | null;
  readonly after: string | null;
  /** As the actor gave it. */
  readonly reason: string | null;
  readonly details: string | null;
  readonly result: 'ok' | 'error' | 'refused';
  readonly status: number;
  readonly error: string | null;
  readonly duration_ms: number;
  readonly request_id: string;
}

export interface AuditSink {
  /** Resolves when the entry is written; must not throw. */
  record(entry: AuditEntry): Promise<void>;
}

/** How a request ended. */
export interface Outcome {
  readonly identity: Identity | null;
  readonly address: string;
  readonly requestId: string;
  readonly notes: readonly ChangeNote[];
  /** HTTP status of a successful answer. */
  readonly status: number;
  /** What was thrown; undefined after success. */
  readonly error?: unknown;
  readonly milliseconds: number;
}

const REFUSALS = [401, 403, 429];

/** @param values path parameters by name, as far as they could be read */
export function auditEntry(
  route: Route,
  request: IncomingMessage,
  values: Readonly<Record<string, string>>,
  outcome: Outcome,
): AuditEntry {
  const { identity, error, notes } = outcome;
  const failed = error !== undefined;
  const status = failed ? failureStatus(route, error) : outcome.status;
  const latest = <K extends keyof ChangeNote>(key: K): ChangeNote[K] | undefined =>
    notes.findLast((note) => note[key] !== undefined)?.[key];
  return {
    time: new Date().toISOString(),
    actor: identity?.user ?? null,
    role: identity?.role ?? null,
    method: identity?.method ?? null,
    address: identity?.address ?? outcome.address,
    client: cut(request.headers['user-agent'] ?? null),
    action: latest('action') ?? route.action ?? `${route.method} ${route.path}`,
    target: latest('target') ?? targetOf(route, values),
    request: cut(`${request.method} ${request.url}`)!,
    before: latest('before') ?? null,
    after: latest('after') ?? null,
    reason: cut(readReason(request)),
    details: cut(latest('details') ?? null),
    result: failed ? (REFUSALS.includes(status) ? 'refused' : 'error') : 'ok',
    status,
    error: failed ? cut(errorText(error)) : null,
    duration_ms: Math.round(outcome.milliseconds),
    request_id: outcome.requestId,
  };
}

/** Version 1 answers most failures with 200. */
function failureStatus(route: Route, error: unknown): number {
  if (route.path.startsWith('/api/v2')) return problemStatus(error);
  return error instanceof HttpError ? error.status : 200;
}

/** The last name in the path; a cluster or a folder says less, and a cluster alone nothing. */
function targetOf(route: Route, values: Readonly<Record<string, string>>): string | null {
  const names = pathParameters(route.path).filter(({ name }) => name !== 'cluster');
  const last = names.at(-1);
  return last === undefined ? null : (values[last.name] ?? null);
}

function readReason(request: IncomingMessage): string | null {
  const header = request.headers['x-reason'];
  if (typeof header !== 'string') return null;
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}

/** Nothing that a client sends makes a record longer than a page. */
function cut(text: string | null): string | null {
  return text !== null && text.length > 1000 ? `${text.slice(0, 1000)}…` : text;
}
