/** Who am I, and logging in and out. */
import { CamServerError } from '../../common/errors.js';
import { formatJson } from '../../common/json.js';
import { noteChange } from '../../common/request-context.js';
import { isChanging } from '../access.js';
import { RawAnswer } from '../answer.js';
import type { Identity } from '../roles.js';
import { defineRoute, type Route, type RouteRequest } from '../route.js';
import { SESSION_COOKIE } from './log-ins.js';
import type { SecurityPolicy } from './policy.js';

/**
 * @param policy null: everyone may do everything
 * @param routes all of the server, whose actions `/me` lists
 */
export function sessionRoutes(policy: SecurityPolicy | null, routes: () => readonly Route[]): Route[] {
  const tag = 'identity';
  const schema = { type: 'object' };
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v2/me',
      tag,
      summary: 'Who asks, and what they may do',
      role: 'none',
      response: { kind: 'json', schema },
      handler: ({ identity }) => meAnswer(identity, policy, routes()),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v2/session',
      tag,
      summary: 'Opens a session with user and password; sets a cookie',
      action: 'session.open',
      role: 'none',
      body: {
        kind: 'object',
        what: 'log-in',
        required: true,
        schema: {
          type: 'object',
          properties: { user: { type: 'string' }, password: { type: 'string' } },
          required: ['user', 'password'],
        },
      },
      response: { kind: 'json', schema },
      handler: async (request) => {
        const { user, password } = request.body;
        if (typeof user !== 'string' || typeof password !== 'string' || password.length > 1024) {
          throw new CamServerError('INVALID_BODY', 'A log-in has the texts user and password.');
        }
        noteChange({ target: user.slice(0, 100) });
        if (policy === null)
          throw new CamServerError('NO_USERS', 'This server has no users; everyone may do everything.');
        const { identity, id } = await policy.logIns.logIn(user, password, request.identity.address);
        const answer = meAnswer(identity, policy, routes());
        return withCookie(answer, `${SESSION_COOKIE}=${id}; ${cookieAttributes(request)}`);
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v2/session',
      tag,
      summary: 'Ends the session',
      action: 'session.close',
      role: 'none',
      response: { kind: 'json', schema },
      handler: (request) => {
        const { identity } = request;
        if (identity.user !== null) noteChange({ target: identity.user });
        policy?.logIns.logOut(identity);
        const answer = new RawAnswer('application/json', formatJson({ user: null }));
        return withCookie(answer, `${SESSION_COOKIE}=; Max-Age=0; ${cookieAttributes(request)}`);
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v2/session/elevation',
      tag,
      summary: 'Takes a larger role for a while, with the password once more',
      action: 'session.elevate',
      role: 'viewer',
      body: {
        kind: 'object',
        what: 'password',
        required: true,
        schema: {
          type: 'object',
          properties: { password: { type: 'string' } },
          required: ['password'],
        },
      },
      response: { kind: 'json', schema },
      handler: async ({ identity, body: { password } }) => {
        if (typeof password !== 'string' || password.length > 1024) {
          throw new CamServerError('INVALID_BODY', 'The text password is needed once more.');
        }
        if (policy === null) {
          throw new CamServerError('NO_USERS', 'This server has no users; everyone may do everything.');
        }
        const elevated = await policy.logIns.elevate(identity, password);
        noteChange({ target: elevated.user!, details: `${identity.role} to ${elevated.role}` });
        return meAnswer(elevated, policy, routes());
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v2/session/elevation',
      tag,
      summary: 'Gives the larger role back before its time',
      action: 'session.lower',
      role: 'viewer',
      response: { kind: 'json', schema },
      handler: ({ identity }) => {
        if (identity.user !== null) noteChange({ target: identity.user });
        return meAnswer(policy?.logIns.lower(identity) ?? identity, policy, routes());
      },
    }),
  ];
}

function meAnswer(identity: Identity, policy: SecurityPolicy | null, routes: readonly Route[]): RawAnswer {
  const session = policy?.logIns.sessionOf(identity) ?? null;
  return new RawAnswer(
    'application/json',
    formatJson({
      user: identity.user,
      role: identity.role,
      method: identity.method,
      address: identity.address,
      permissions: allowedActions(routes, (route) => policy === null || policy.allows(identity.role, route)),
      csrf_token: session?.csrfToken ?? null,
      expires: timeOf(session?.endsAt),
      elevation: {
        role: session === null ? null : (policy?.elevationOf(identity.user) ?? null),
        until: timeOf(session?.elevatedUntil),
      },
      login: policy?.canLogIn === true ? ['password'] : [],
      policy: { legacy: policy?.legacyPolicy ?? 'open', authentication: policy !== null },
    }),
  );
}

/** Actions that may be done wherever they can be: version 1 and 2 may ask for different roles. */
function allowedActions(routes: readonly Route[], allows: (route: Route) => boolean): string[] {
  const actions = new Map<string, boolean>();
  for (const route of routes) {
    if (route.action === undefined || !isChanging(route)) continue;
    actions.set(route.action, (actions.get(route.action) ?? true) && allows(route));
  }
  return [...actions.keys()].filter((action) => actions.get(action)).sort();
}

function timeOf(milliseconds: number | null | undefined): string | null {
  return typeof milliseconds === 'number' ? new Date(milliseconds).toISOString() : null;
}

function withCookie(answer: RawAnswer, cookie: string): RawAnswer {
  return new RawAnswer(answer.contentType, answer.body, answer.status, { 'Set-Cookie': cookie });
}

/** `Secure` where the browser came over TLS, which ends at a proxy. */
function cookieAttributes(request: Pick<RouteRequest, 'header'>): string {
  const secure = request.header('x-forwarded-proto') === 'https' ? '; Secure' : '';
  return `Path=/; HttpOnly; SameSite=Strict${secure}`;
}
