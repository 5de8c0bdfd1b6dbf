/** Who a request comes from when it brings neither a token of a user nor a session. */
import type { IncomingMessage } from 'node:http';
import { ProblemError } from '../problem.js';
import { type Identity, includesRole, isRole, largestRole, type Role } from '../roles.js';
import type { Route } from '../route.js';
import { header } from './headers.js';
import { isIn, type SecurityRules } from './rules.js';

/** Another server asks for one of its users; it cannot give more than it has. */
export function onBehalf(request: IncomingMessage, service: string, role: Role, address: string): Identity {
  const named = header(request, 'x-camserver-user');
  const asked = header(request, 'x-camserver-role');
  if (asked !== null && !isRole(asked)) {
    throw new ProblemError(400, 'INVALID_ROLE', `There is no role '${asked}'.`);
  }
  // one who asks with a role asks for an anonymous client when there is no name
  const user = named === null ? (asked === null ? service : null) : decoded(named);
  const smaller = asked !== null && includesRole(role, asked) ? asked : role;
  return { user, role: smaller, method: 'service', address };
}

/** The user whom a trusted reverse proxy names. */
export function byProxy(
  request: IncomingMessage,
  address: string,
  { reverseProxy }: SecurityRules,
): Identity | null {
  if (reverseProxy === null) return null;
  const user = header(request, reverseProxy.userHeader);
  if (user === null) return null;
  const named = reverseProxy.groupsHeader === null ? null : header(request, reverseProxy.groupsHeader);
  const groups = (named ?? '').split(',').map((group) => group.trim());
  return {
    user,
    role: largestRole(groups, reverseProxy.groups, reverseProxy.defaultRole),
    method: 'proxy',
    address,
  };
}

export function anonymous(route: Route, address: string, rules: SecurityRules): Identity {
  const role = isVersion1(route) ? legacyRole(address, rules.legacy) : rules.anonymous;
  return { user: null, role, method: 'anonymous', address };
}

export function isVersion1(route: Route): boolean {
  return !route.path.startsWith('/api/v2');
}

function legacyRole(address: string, legacy: SecurityRules['legacy']): Role {
  if (legacy.policy === 'open') return legacy.role;
  if (legacy.policy === 'networks' && isIn(legacy.networks, address)) return legacy.role;
  return legacy.otherwise;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
