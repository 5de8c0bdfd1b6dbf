/** Log-ins with user and password: sessions of browsers, and the larger role that a user may take for a while. */
import type { IncomingMessage } from 'node:http';
import { isChanging } from '../access.js';
import { ProblemError } from '../problem.js';
import type { Identity } from '../roles.js';
import type { Route } from '../route.js';
import { cookie } from './headers.js';
import { isPassword } from './password.js';
import type { SecurityRules, UserRule } from './rules.js';
import { type Session, Sessions } from './sessions.js';

export const SESSION_COOKIE = 'camserver_session';

export interface LogIn {
  readonly identity: Identity;
  /** For the cookie. */
  readonly id: string;
}

/** A hash that fits no password: an unknown user costs as much time as a known one. */
const NO_PASSWORD = `scrypt$32768$8$3$${'A'.repeat(22)}$${'A'.repeat(43)}`;
const IDENTITY_SESSIONS = new WeakMap<Identity, { readonly id: string; readonly session: Session }>();

export class LogIns {
  private readonly sessions = new Sessions();

  /**
   * @param rules those of the moment
   * @param attempt counts an attempt under these keys; throws when there were too many
   */
  constructor(
    private readonly rules: () => SecurityRules,
    private readonly attempt: (...keys: string[]) => void,
  ) {}

  /** @throws ProblemError 403 when a change comes without the token that other pages do not know */
  bySession(request: IncomingMessage, route: Route, address: string): Identity | null {
    const rules = this.rules();
    const id = cookie(request, SESSION_COOKIE);
    const session = id === null ? null : this.sessions.use(id, rules.session.idle);
    if (id === null || session === null) return null;
    const rule = rules.users.get(session.user);
    // who was taken out of the file, switched off there, or has another password now is out
    if (rule === undefined || rule.isDisabled || rule.password !== session.passwordHash) return null;
    if (needsCsrfToken(route) && request.headers['x-csrf-token'] !== session.csrfToken) {
      throw new ProblemError(
        403,
        'CSRF_TOKEN',
        'The header X-CSRF-Token is missing or does not belong to this session; GET /api/v2/me tells it.',
      );
    }
    return identityOf(id, session, rule, address);
  }

  /** @throws ProblemError 401 when user or password is wrong, 429 after too many attempts */
  async logIn(user: string, password: string, address: string): Promise<LogIn> {
    const { users, session: times } = this.rules();
    this.attempt(`address ${address}`, `user ${user}`);
    const rule = users.get(user);
    const isRight = await isPassword(password, rule?.password ?? NO_PASSWORD);
    if (rule === undefined || rule.password === null || !isRight) {
      throw new ProblemError(401, 'WRONG_PASSWORD', 'There is no such user, or the password is wrong.');
    }
    requireEnabled(user, rule);
    const { id, session } = this.sessions.open(user, rule.password, times.lifetime);
    return { identity: identityOf(id, session, rule, address), id };
  }

  logOut(identity: Identity): void {
    const held = IDENTITY_SESSIONS.get(identity);
    if (held !== undefined) this.sessions.close(held.id);
  }

  /**
   * Gives a session for a while the larger role that its user may take.
   * @throws ProblemError 403 when there is none, 401 when the password is wrong, 429 after too many attempts
   */
  async elevate(identity: Identity, password: string): Promise<Identity> {
    const { users, session: times } = this.rules();
    const held = IDENTITY_SESSIONS.get(identity);
    const rule = users.get(identity.user ?? '');
    if (held === undefined || rule === undefined || rule.elevate === null) {
      throw new ProblemError(403, 'NO_ELEVATION', 'There is no larger role that this log-in may take.');
    }
    this.attempt(`address ${identity.address}`, `user ${identity.user}`);
    if (!(await isPassword(password, rule.password ?? NO_PASSWORD))) {
      throw new ProblemError(401, 'WRONG_PASSWORD', 'The password is wrong.');
    }
    held.session.elevatedUntil = Math.min(Date.now() + times.elevation, held.session.endsAt);
    return identityOf(held.id, held.session, rule, identity.address);
  }

  /** Ends an elevation before its time. */
  lower(identity: Identity): Identity {
    const held = IDENTITY_SESSIONS.get(identity);
    const rule = this.rules().users.get(identity.user ?? '');
    if (held === undefined || rule === undefined) return identity;
    held.session.elevatedUntil = null;
    return identityOf(held.id, held.session, rule, identity.address);
  }

  /** The session that an identity came with; null for others. */
  sessionOf(identity: Identity): Session | null {
    return IDENTITY_SESSIONS.get(identity)?.session ?? null;
  }
}

/** Told only to who has proved to be the user. @throws ProblemError 403 */
export function requireEnabled(user: string, rule: Pick<UserRule, 'isDisabled'>): void {
  if (!rule.isDisabled) return;
  throw new ProblemError(403, 'ACCOUNT_DISABLED', `The account '${user}' is switched off.`);
}

/** The role is the one of the file at this moment. */
function identityOf(id: string, session: Session, rule: UserRule, address: string): Identity {
  const isElevated = session.elevatedUntil !== null && Date.now() < session.elevatedUntil;
  if (!isElevated) session.elevatedUntil = null;
  const role = (isElevated ? rule.elevate : null) ?? rule.role;
  const identity: Identity = { user: session.user, role, method: 'session', address };
  IDENTITY_SESSIONS.set(identity, { id, session });
  return identity;
}

/** Looking at a stream may start it, but a page of another site gains nothing by that. */
function needsCsrfToken(route: Route): boolean {
  if (!isChanging(route) || route.action === 'session.open') return false;
  return route.method !== 'GET' || route.role !== undefined;
}
