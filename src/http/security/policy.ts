/** Who a request comes from, by the rules of a site. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import {
  type AccessControl,
  forbidden,
  type Identity,
  includesRole,
  isChanging,
  isRole,
  neededRole,
  type Role,
  requireSameOrigin,
} from '../access.js';
import { ProblemError } from '../problem.js';
import type { Route } from '../route.js';
import { hashToken, isPassword } from './password.js';
import { RateLimit } from './rate-limit.js';
import { isIn, type SecurityRules } from './rules.js';
import { type Session, Sessions } from './sessions.js';

export const SESSION_COOKIE = 'camserver_session';

/** A hash that fits no password: an unknown user costs as much time as a known one. */
const NO_PASSWORD = `scrypt$32768$8$3$${'A'.repeat(22)}$${'A'.repeat(43)}`;
const IDENTITY_SESSIONS = new WeakMap<Identity, { readonly id: string; readonly session: Session }>();

export class SecurityPolicy implements AccessControl {
  private readonly sessions = new Sessions();
  private requests: RateLimit | null = null;
  private logins: RateLimit;
  private current: SecurityRules;

  /** @param rules asked at each request, so that an edited file counts at once */
  constructor(private readonly rules: () => SecurityRules) {
    this.current = rules();
    this.logins = this.newLoginLimit();
    this.requests = this.newRequestLimit();
  }

  identify(request: IncomingMessage, route: Route, peer: string): Identity {
    const rules = this.refresh();
    const isTrusted = isIn(rules.trustedHops, peer);
    const address = isTrusted ? clientAddress(request, peer, rules) : peer;
    const wait = this.requests?.take(address) ?? 0;
    if (wait > 0) throw tooMany('requests', wait);
    const identity =
      this.byToken(request, address) ??
      this.bySession(request, route, address, rules) ??
      (isTrusted ? byProxy(request, address, rules) : null) ??
      anonymous(route, address, rules);
    const isBrowser = identity.method !== 'token' && identity.method !== 'service';
    if (isBrowser && isChanging(route) && isGuarded(route))
      requireSameOrigin(request, isTrusted, rules.origins);
    return identity;
  }

  authorize(identity: Identity, route: Route): void {
    if (!this.allows(identity.role, route)) throw forbidden(identity, neededRole(route));
  }

  allows(role: Role, route: Route): boolean {
    const needed = neededRole(route);
    if (includesRole(role, needed)) return true;
    const isOperatorAction = route.action !== undefined && this.rules().operatorActions.has(route.action);
    return role === 'operator' && needed === 'admin' && isOperatorAction;
  }

  /**
   * Opens a session.
   * @throws ProblemError 401 when user or password is wrong, 429 after too many attempts
   */
  async logIn(
    user: string,
    password: string,
    address: string,
  ): Promise<{ readonly identity: Identity; readonly id: string; readonly session: Session }> {
    const rules = this.refresh();
    const wait = Math.max(this.logins.take(`address ${address}`), this.logins.take(`user ${user}`));
    if (wait > 0) throw tooMany('attempts to log in', wait);
    const rule = rules.users.get(user);
    const isRight = await isPassword(password, rule?.password ?? NO_PASSWORD);
    if (rule === undefined || !isRight) {
      throw new ProblemError(401, 'WRONG_PASSWORD', 'There is no such user, or the password is wrong.');
    }
    const { id, session } = this.sessions.open(user, rule.role, rules.session.lifetime);
    return { identity: this.withSession(id, session, address), id, session };
  }

  logOut(identity: Identity): void {
    const held = IDENTITY_SESSIONS.get(identity);
    if (held !== undefined) this.sessions.close(held.id);
  }

  /** The session that an identity came with; null for others. */
  sessionOf(identity: Identity): Session | null {
    return IDENTITY_SESSIONS.get(identity)?.session ?? null;
  }

  get canLogIn(): boolean {
    return [...this.rules().users.values()].some(({ password }) => password !== null);
  }

  get legacyPolicy(): string {
    return this.rules().legacy.policy;
  }

  private byToken(request: IncomingMessage, address: string): Identity | null {
    const match = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '');
    if (match === null) return null;
    const token = this.current.tokens.get(hashToken(match[1]!));
    if (token === undefined) {
      const wait = this.logins.take(`token ${address}`);
      if (wait > 0) throw tooMany('unknown tokens', wait);
      throw new ProblemError(401, 'WRONG_TOKEN', 'The token is unknown.', {
        headers: { 'WWW-Authenticate': 'Bearer realm="camserver", error="invalid_token"' },
      });
    }
    if (!token.isService) return { user: token.name, role: token.role, method: 'token', address };
    return onBehalf(request, token.name, token.role, address);
  }

  private bySession(
    request: IncomingMessage,
    route: Route,
    address: string,
    rules: SecurityRules,
  ): Identity | null {
    const id = cookie(request, SESSION_COOKIE);
    const session = id === null ? null : this.sessions.use(id, rules.session.idle);
    if (id === null || session === null) return null;
    const rule = rules.users.get(session.user);
    // who was taken out of the file is out
    if (rule === undefined) return null;
    if (needsCsrfToken(route) && request.headers['x-csrf-token'] !== session.csrfToken) {
      throw new ProblemError(
        403,
        'CSRF_TOKEN',
        'The header X-CSRF-Token is missing or does not belong to this session; GET /api/v2/me tells it.',
      );
    }
    return this.withSession(id, { ...session, role: rule.role }, address);
  }

  private withSession(id: string, session: Session, address: string): Identity {
    const identity: Identity = { user: session.user, role: session.role, method: 'session', address };
    IDENTITY_SESSIONS.set(identity, { id, session });
    return identity;
  }

  private refresh(): SecurityRules {
    const rules = this.rules();
    if (rules !== this.current) {
      this.current = rules;
      this.logins = this.newLoginLimit();
      this.requests = this.newRequestLimit();
    }
    return rules;
  }

  private newLoginLimit(): RateLimit {
    const { loginsPerMinute } = this.current;
    return new RateLimit(loginsPerMinute / 60, loginsPerMinute);
  }

  private newRequestLimit(): RateLimit | null {
    const { requestsPerSecond } = this.current;
    return requestsPerSecond === null ? null : new RateLimit(requestsPerSecond, 4 * requestsPerSecond);
  }
}

/** Another server asks for one of its users; it cannot give more than it has. */
function onBehalf(request: IncomingMessage, service: string, role: Role, address: string): Identity {
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

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function byProxy(
  request: IncomingMessage,
  address: string,
  { reverseProxy }: SecurityRules,
): Identity | null {
  if (reverseProxy === null) return null;
  const user = header(request, reverseProxy.userHeader);
  if (user === null) return null;
  const named = reverseProxy.groupsHeader === null ? null : header(request, reverseProxy.groupsHeader);
  let role = reverseProxy.defaultRole;
  for (const group of (named ?? '').split(',')) {
    const granted = reverseProxy.groups.get(group.trim());
    if (granted !== undefined && includesRole(granted, role)) role = granted;
  }
  return { user, role, method: 'proxy', address };
}

function anonymous(route: Route, address: string, rules: SecurityRules): Identity {
  const role = isVersion1(route) ? legacyRole(address, rules.legacy) : rules.anonymous;
  return { user: null, role, method: 'anonymous', address };
}

function legacyRole(address: string, legacy: SecurityRules['legacy']): Role {
  if (legacy.policy === 'open') return legacy.role;
  if (legacy.policy === 'networks' && isIn(legacy.networks, address)) return legacy.role;
  return legacy.otherwise;
}

function isVersion1(route: Route): boolean {
  return !route.path.startsWith('/api/v2');
}

/** Looking at a stream may start it, but a page of another site gains nothing by that. */
function needsCsrfToken(route: Route): boolean {
  if (!isChanging(route) || route.action === 'session.open') return false;
  return route.method !== 'GET' || route.role !== undefined;
}

/** Version 1 is open to scripts of other pages as long as the site leaves it open; version 2 never is. */
function isGuarded(route: Route): boolean {
  return !isVersion1(route);
}

/** The nearest address that is not of a trusted hop. */
function clientAddress(request: IncomingMessage, peer: string, rules: SecurityRules): string {
  const hops = (header(request, 'x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
  for (const hop of hops.reverse()) {
    if (isIP(hop) === 0) return peer;
    if (!isIn(rules.trustedHops, hop)) return hop;
  }
  return peer;
}

function tooMany(what: string, seconds: number): ProblemError {
  const wait = Math.ceil(seconds);
  return new ProblemError(429, 'TOO_MANY', `Too many ${what}. Try again in ${wait} s.`, {
    headers: { 'Retry-After': String(wait) },
  });
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  const text = Array.isArray(value) ? value.join(',') : value;
  return text === undefined || text === '' ? null : text;
}

function cookie(request: IncomingMessage, name: string): string | null {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, ...value] = part.trim().split('=');
    if (key === name) return value.join('=');
  }
  return null;
}
