/**
 * Who asks, and what they may do. The rules of a site are in `security/`; a server without rules lets everyone do everything,
 * as the old contract has it.
 */
import type { IncomingMessage } from 'node:http';
import { ProblemError } from './problem.js';
import type { Route } from './route.js';

/** Each may do what the ones before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

export interface Identity {
  /** Null: nobody in particular. */
  readonly user: string | null;
  readonly role: Role;
  readonly method: 'anonymous' | 'session' | 'token' | 'proxy' | 'service';
  /** Where the request comes from: the peer, or what a trusted hop says of it. */
  readonly address: string;
}

export interface AccessControl {
  /**
   * @param address of the peer, without the IPv4-in-IPv6 prefix
   * @throws HttpError 401 for credentials that are wrong, 403 for a forged request, 429 for too many requests
   */
  identify(request: IncomingMessage, route: Route, address: string): Identity | Promise<Identity>;
  /** @throws HttpError 401 or 403 when the identity may not do this */
  authorize(identity: Identity, route: Route): void;
}

/** Everyone may do everything. */
export const openAccess: AccessControl = {
  identify: (_request, _route, address) => ({ user: null, role: 'admin', method: 'anonymous', address }),
  authorize: () => {},
};

export function isRole(text: unknown): text is Role {
  return roles.includes(text as Role);
}

export function includesRole(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
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
