/** Accounts over `/api/v2`, for admins. A new password or token is told once, in the answer that makes it. */
import { CamServerError } from '../../../common/errors.js';
import type { JsonObject, JsonValue } from '../../../common/json.js';
import { validName } from '../../../common/names.js';
import { noteChange } from '../../../common/request-context.js';
import {
  defineRoute,
  hashPassword,
  hashToken,
  type Identity,
  jsonAnswer,
  newPassword,
  newToken,
  ProblemError,
  type Route,
  type RouteRequest,
} from '../../../http/index.js';
import { expectedTag, taggedAnswer } from '../preconditions.js';
import { API, listOf, nullableText, object, objectOf, text } from '../schemas.js';
import { type Account, type Accounts, isOwn, seenEntry } from './accounts.js';
import { type AccountKind, addEntry, entryOf, removeEntry, setKeys, tagOfEntry } from './document.js';

const tag = 'accounts';
const all = `${API}/accounts` as const;
const one = `${all}/{kind}/{account_name}` as const;
const flag = { type: 'boolean' };
const answerSchema = objectOf({ account: object, secret: nullableText });
const example: Account = {
  ...{ name: 'vera', kind: 'user', source: 'file', role: 'viewer', elevate: null, enabled: true },
  ...{ has_password: true, last_seen: '2026-11-25T09:00:00.000Z', last_address: '10.1.2.3' },
  ...{ is_own: false, etag: '5c1f0a' },
};
/** As `camserver security hash` asks for. */
const SHORTEST_PASSWORD = 12;
const LONGEST_PASSWORD = 1024;

/** @param accounts null: the server has no security file */
export function accountRoutes(accounts: Accounts | null): Route[] {
  return [listRoute(accounts), createRoute(accounts), ...changingRoutes(accounts), secretRoute(accounts)];
}

function listRoute(accounts: Accounts | null): Route {
  return defineRoute({
    method: 'GET',
    path: all,
    tag,
    summary: 'Users and tokens of the security file, and who came through a provider or proxy; no secrets',
    role: 'admin',
    response: { kind: 'json', schema: objectOf({ accounts: listOf(object), fault: nullableText }) },
    examples: { answer: { accounts: [example], fault: null } },
    handler: async ({ identity }) => {
      if (accounts === null) return jsonAnswer({ accounts: [], fault: NO_FILE });
      return jsonAnswer({ accounts: await accounts.list(identity), fault: await accounts.fault() });
    },
  });
}

function createRoute(accounts: Accounts | null): Route {
  return defineRoute({
    method: 'POST',
    path: all,
    tag,
    summary: 'Adds a user or a token; the answer tells the new password or token, once',
    action: 'account.create',
    role: 'admin',
    body: {
      kind: 'object',
      what: 'account',
      required: true,
      schema: {
        type: 'object',
        properties: {
          kind: { enum: ['user', 'token'] },
          ...{ name: text, role: text, elevate: nullableText },
          password: { ...nullableText, description: 'missing: one is made; null: comes another way' },
          service: { ...flag, description: 'of a token: it is of another server' },
        },
        required: ['kind', 'name', 'role'],
      },
    },
    response: { kind: 'json', schema: answerSchema },
    examples: {
      body: { kind: 'user', name: 'vera', role: 'viewer' },
      answer: { account: example, secret: 'M0a2…' },
    },
    handler: async ({ body, identity }) => {
      const kind = readKind(body.kind);
      const name = validName(kind, String(body.name ?? ''));
      noteChange({ target: name, details: `${kind} with the role ${body.role}` });
      const file = required(accounts);
      const { secret, keys } = await credentials(kind, body.password);
      const entry: JsonObject = {};
      setKeys(entry, { role: body.role ?? null, elevate: body.elevate ?? null, ...keys });
      if (body.service !== undefined) entry.service = body.service;
      await file.change((document) => addEntry(document, kind, name, entry));
      return told(file, identity, kind, name, entry, secret, 201);
    },
  });
}

function changingRoutes(accounts: Accounts | null): Route[] {
  return [
    defineRoute({
      method: 'PUT',
      path: one,
      tag,
      summary: 'Changes role or larger role, switches an account off or on; with If-Match',
      action: 'account.change',
      role: 'admin',
      body: {
        kind: 'object',
        what: 'change ({"role", "elevate", "enabled"})',
        required: true,
        schema: { type: 'object', properties: { role: text, elevate: nullableText, enabled: flag } },
      },
      response: { kind: 'json', schema: answerSchema },
      examples: { body: { role: 'operator', enabled: true }, answer: { account: example, secret: null } },
      handler: async (request) => {
        const { body, identity } = request;
        const { kind, name } = accountOf(request);
        const keys: Record<string, JsonValue> = {};
        if (body.role !== undefined) keys.role = body.role;
        if (body.elevate !== undefined) keys.elevate = body.elevate;
        if (body.enabled !== undefined) keys.disabled = body.enabled === true ? null : notEnabled(body);
        if (keys.role !== undefined || body.enabled !== undefined) requireOther(kind, name, identity);
        const file = required(accounts);
        const entry = await changed(file, request, (found) => {
          noteChange({ details: changesOf(found, body) });
          setKeys(found, keys);
        });
        return told(file, identity, kind, name, entry, null);
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: one,
      tag,
      summary: 'Removes an account: its sessions end, its token counts no longer; with If-Match',
      action: 'account.delete',
      role: 'admin',
      response: { kind: 'json', schema: objectOf({ deleted: text }) },
      handler: async (request) => {
        const { kind, name } = accountOf(request);
        requireOther(kind, name, request.identity);
        const expected = expectedTag(request);
        await required(accounts).change((document) => {
          seenEntry(document, kind, name, expected);
          removeEntry(document, kind, name);
        });
        noteChange({ before: expected, after: null, details: kind });
        return jsonAnswer({ deleted: name });
      },
    }),
  ];
}

function secretRoute(accounts: Accounts | null): Route {
  return defineRoute({
    method: 'POST',
    path: `${one}/secret`,
    tag,
    summary:
      'Gives a user another password, which ends the sessions, or replaces a token; told once; with If-Match',
    action: 'account.secret',
    role: 'admin',
    body: {
      kind: 'object',
      what: 'order ({} or {"password"})',
      required: true,
      schema: { type: 'object', properties: { password: text } },
    },
    response: { kind: 'json', schema: answerSchema },
    examples: { body: {}, answer: { account: example, secret: 'M0a2…' } },
    handler: async (request) => {
      const { kind, name } = accountOf(request);
      const file = required(accounts);
      const { secret, keys } = await credentials(kind, request.body.password ?? undefined);
      const entry = await changed(file, request, (found) => setKeys(found, keys));
      noteChange({ details: kind === 'user' ? 'another password' : 'another token' });
      return told(file, request.identity, kind, name, entry, secret);
    },
  });
}

/** @returns what the account is told, null when they chose it, and the keys that are stored instead */
async function credentials(
  kind: AccountKind,
  password: JsonValue | undefined,
): Promise<{ secret: string | null; keys: Record<string, string> }> {
  if (kind === 'token') {
    const secret = newToken();
    return { secret, keys: { sha256: hashToken(secret) } };
  }
  if (password === null) return { secret: null, keys: {} };
  if (password === undefined) {
    const secret = newPassword();
    return { secret, keys: { password: await hashPassword(secret) } };
  }
  const isGood =
    typeof password === 'string' &&
    password.length >= SHORTEST_PASSWORD &&
    password.length <= LONGEST_PASSWORD;
  if (isGood) return { secret: null, keys: { password: await hashPassword(password) } };
  const rule = `A password has ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters; without one the server makes one.`;
  throw new CamServerError('INVALID_BODY', rule);
}

/** @returns the entry as it is afterwards */
async function changed(
  accounts: Accounts,
  request: Pick<RouteRequest<'kind' | 'account_name'>, 'parameters' | 'header'>,
  edit: (entry: JsonObject) => void,
): Promise<JsonObject> {
  const { kind, name } = accountOf(request);
  const expected = expectedTag(request);
  return accounts.change((document) => {
    edit(seenEntry(document, kind, name, expected));
    const entry = entryOf(document, kind, name);
    noteChange({ before: expected, after: tagOfEntry(kind, name, entry) });
    return entry;
  });
}

function told(
  accounts: Accounts,
  identity: Identity,
  kind: AccountKind,
  name: string,
  entry: JsonObject,
  secret: string | null,
  status = 200,
) {
  const account = accounts.account(kind, name, entry, identity);
  return taggedAnswer({ account, secret }, account.etag!, status);
}

function changesOf(entry: JsonObject, { role, elevate, enabled }: JsonObject): string {
  const said: string[] = [];
  if (role !== undefined) said.push(`role ${entry.role ?? 'admin'} to ${role}`);
  if (elevate !== undefined) said.push(`larger role ${entry.elevate ?? 'none'} to ${elevate ?? 'none'}`);
  if (enabled !== undefined) said.push(enabled === true ? 'switched on' : 'switched off');
  return said.join(', ');
}

function accountOf({ parameters }: Pick<RouteRequest<'kind' | 'account_name'>, 'parameters'>) {
  return { kind: readKind(parameters.kind), name: parameters.account_name };
}

function readKind(kind: JsonValue | undefined): AccountKind {
  if (kind === 'user' || kind === 'token') return kind;
  throw new CamServerError(
    'INVALID_BODY',
    `An account is a user or a token, not ${JSON.stringify(kind ?? null)}.`,
  );
}

function notEnabled({ enabled }: JsonObject): true {
  if (enabled === false) return true;
  throw new CamServerError('INVALID_BODY', `enabled is true or false, not ${JSON.stringify(enabled)}.`);
}

/** @throws ProblemError 409 */
function requireOther(kind: AccountKind, name: string, identity: Identity): void {
  if (!isOwn(kind, name, identity)) return;
  const text =
    'Nobody changes the role of their own account, switches it off or removes it: ask another admin.';
  throw new ProblemError(409, 'OWN_ACCOUNT', text);
}

const NO_FILE =
  'This server has no security file, so everyone may do everything. Start it with --security <file>.';

/** @throws ProblemError 409 */
function required(accounts: Accounts | null): Accounts {
  if (accounts === null) throw new ProblemError(409, 'NO_SECURITY_FILE', NO_FILE);
  return accounts;
}
