/**
 * Who asks, and what they may do. The rules of a site are in `security/`; a server without rules lets everyone do everything,
 * as the old contract has it.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { ProblemError } from './problem.js';
import type { Identity, Role } from './roles.js';
import type { Route } from './route.js';

export interface AccessControl {
  /**
   * @param address of the peer, without the IPv4-in-IPv6 prefix
   * @throws HttpError 401 for credentials that are wrong, 403 for a forged request, 429 for too many requests
   */
  identify(request: IncomingMessage, route: Route, address: string): Identity | Promise<Identity>;
  /** @throws HttpError 401 or 403 when the identity may not do this */
  authorize(identity: Identity, route: Route): void;
}

/** Everyone may do everything, except that pages of other sites may not use version 2. */
export const openAccess: AccessControl = {
  identify: (request, route, peer) => {
    if (isChanging(route) && route.path.startsWith('/api/v2')) requireSameOrigin(request, false, []);
    const address = isLoopback(peer) ? (forwardedAddress(request) ?? peer) : peer;
    return { user: null, role: 'admin', method: 'anonymous', address };
  },
  authorize: () => {},
};

/** A proxy on the same machine is taken at its word about where a request comes from. */
function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function forwardedAddress(request: IncomingMessage): string | null {
  const header = request.headers['x-forwarded-for'];
  const last = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').at(-1)!.trim();
  return isIP(last) === 0 ? null : last;
}

/** Whether a request to this route may change something. */
export function isChanging(route: Route): boolean {
  return route.isReadOnly !== true && (route.method !== 'GET' || route.sideEffects === true);
}

/** The smallest role that may use a route: what it declares, else operator for changes and viewer for the rest. */
export function neededRole(route: Route): Role {
  return route.role ?? (route.method !== 'GET' && isChanging(route) ? 'operator' : 'viewer');
}

export function forbidden(identity: Identity, needed: Role): ProblemError {
  const who = identity.user === null ? 'An anonymous client' : `'${identity.user}'`;
  const text = `${who} has the role ${identity.role}; this needs the role ${needed}.`;
  const isAnonymous = identity.method === 'anonymous';
  return new ProblemError(isAnonymous ? 401 : 403, isAnonymous ? 'LOGIN_NEEDED' : 'FORBIDDEN', text, {
    members: { required_role: needed },
    ...(isAnonymous ? { headers: { 'WWW-Authenticate': 'Bearer realm="camserver"' } } : {}),
  });
}

/** @throws ProblemError 403 when a page of another site sent this */
export function requireSameOrigin(
  request: IncomingMessage,
  isTrusted: boolean,
  origins: readonly string[],
): void {
  const origin = request.headers.origin;
  if (origin === undefined || origins.includes(origin)) return;
  const forwarded = isTrusted ? request.headers['x-forwarded-host'] : undefined;
  const host = URL.canParse(origin) ? new URL(origin).host : null;
  if (host !== null && (host === request.headers.host || host === forwarded)) return;
  throw new ProblemError(403, 'FOREIGN_ORIGIN', `A page of '${origin}' may not change anything here.`);
}
