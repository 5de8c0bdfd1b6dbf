/** Who a request comes from, by the rules of a site. */
import type { IncomingMessage } from 'node:http';
import { type AccessControl, forbidden, isChanging, neededRole, requireSameOrigin } from '../access.js';
import { ProblemError } from '../problem.js';
import { type Identity, includesRole, type Role } from '../roles.js';
import type { Route } from '../route.js';
import { bearerToken, clientAddress } from './headers.js';
import { anonymous, byProxy, isVersion1, onBehalf } from './identities.js';
import { LastSeen, type SeenKind } from './last-seen.js';
import { LogIns, requireEnabled } from './log-ins.js';
import { isJsonWebToken, OpenIdTokens, wrongToken } from './openid.js';
import { hashToken } from './password.js';
import { RateLimit } from './rate-limit.js';
import { isIn, type SecurityRules } from './rules.js';

export class SecurityPolicy implements AccessControl {
  readonly logIns: LogIns;
  readonly seen = new LastSeen();
  private current: SecurityRules;
  private requests: RateLimit | null;
  private attempts: RateLimit;
  private openId: OpenIdTokens | null;

  /** @param rules asked at each request, so that an edited file counts at once */
  constructor(private readonly rules: () => SecurityRules) {
    this.current = rules();
    this.requests = requestLimit(this.current);
    this.attempts = attemptLimit(this.current);
    this.openId = openIdTokens(this.current);
    this.logIns = new LogIns(
      () => this.refresh(),
      (...keys) => {
        const wait = Math.max(...keys.map((key) => this.attempts.take(key)));
        if (wait > 0) throw tooMany('attempts to log in', wait);
      },
    );
  }

  async identify(request: IncomingMessage, route: Route, peer: string): Promise<Identity> {
    const rules = this.refresh();
    const isTrusted = isIn(rules.trustedHops, peer);
    const address = isTrusted ? clientAddress(request, peer, rules) : peer;
    const wait = this.requests?.take(address) ?? 0;
    if (wait > 0) throw tooMany('requests', wait);
    const token = bearerToken(request);
    // scripts send no cookies that a page of another site could make use of
    if (token !== null) return this.byToken(token, request, address);
    const identity =
      this.noted('user', this.logIns.bySession(request, route, address)) ??
      (isTrusted ? this.fromElsewhere('proxy', byProxy(request, address, rules)) : null) ??
      anonymous(route, address, rules);
    // version 1 is open to scripts of other pages as long as the site leaves it open; version 2 never is
    if (isChanging(route) && !isVersion1(route)) requireSameOrigin(request, isTrusted, rules.origins);
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

  /** The larger role that a user may take for a while; null when there is none. */
  elevationOf(user: string | null): Role | null {
    return this.rules().users.get(user ?? '')?.elevate ?? null;
  }

  get canLogIn(): boolean {
    return [...this.rules().users.values()].some(({ password }) => password !== null);
  }

  get legacyPolicy(): string {
    return this.rules().legacy.policy;
  }

  private async byToken(text: string, request: IncomingMessage, address: string): Promise<Identity> {
    const token = this.current.tokens.get(hashToken(text));
    if (token === undefined) return this.byForeignToken(text, address);
    if (token.isDisabled) throw wrongToken('it is switched off');
    const { name, role } = token;
    this.noted('token', { user: name, role, method: 'token', address });
    return token.isService
      ? onBehalf(request, name, role, address)
      : { user: name, role, method: 'token', address };
  }

  private async byForeignToken(token: string, address: string): Promise<Identity> {
    try {
      if (this.openId === null || !isJsonWebToken(token)) throw wrongToken('it is unknown');
      const verified = await this.openId.verify(token);
      return this.fromElsewhere('openid', { ...verified, method: 'openid', address });
    } catch (error) {
      const isWrong = error instanceof ProblemError && error.status === 401;
      const wait = isWrong ? this.attempts.take(`token ${address}`) : 0;
      throw wait > 0 ? tooMany('tokens that are not accepted', wait) : error;
    }
  }

  /** The site may have an entry of its own for a user whom somebody else vouches for. */
  private fromElsewhere<I extends Identity | null>(kind: SeenKind, identity: I): I {
    const rule = this.current.users.get(identity?.user ?? '');
    if (identity === null || rule === undefined) return this.noted(kind, identity);
    requireEnabled(identity.user!, rule);
    // an entry with a password is somebody who logs in here, and perhaps only has the same name
    return this.noted(kind, rule.password === null ? { ...identity, role: rule.role } : identity);
  }

  private noted<I extends Identity | null>(kind: SeenKind, identity: I): I {
    if (identity?.user != null) {
      const { user: name, role, address } = identity;
      this.seen.note({ kind, name, role, address, time: Date.now() });
    }
    return identity;
  }

  private refresh(): SecurityRules {
    const rules = this.rules();
    if (rules !== this.current) {
      this.current = rules;
      this.requests = requestLimit(rules);
      this.attempts = attemptLimit(rules);
      this.openId = openIdTokens(rules);
    }
    return rules;
  }
}

function openIdTokens({ openId }: SecurityRules): OpenIdTokens | null {
  return openId === null ? null : new OpenIdTokens(openId);
}

function attemptLimit({ loginsPerMinute }: SecurityRules): RateLimit {
  return new RateLimit(loginsPerMinute / 60, loginsPerMinute);
}

function requestLimit({ requestsPerSecond }: SecurityRules): RateLimit | null {
  return requestsPerSecond === null ? null : new RateLimit(requestsPerSecond, 4 * requestsPerSecond);
}

function tooMany(what: string, seconds: number): ProblemError {
  const wait = Math.ceil(seconds);
  return new ProblemError(429, 'TOO_MANY', `Too many ${what}. Try again in ${wait} s.`, {
    headers: { 'Retry-After': String(wait) },
  });
}
