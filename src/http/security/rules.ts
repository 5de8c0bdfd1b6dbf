/** The security file of a site (`docs/security.md`): who may do what, read with precise messages. */
import { BlockList, isIP } from 'node:net';
import { CamServerError } from '../../common/errors.js';
import type { JsonObject, JsonValue } from '../../common/json.js';
import { includesRole, isRole, type Role, roles } from '../roles.js';
import { parseHash } from './password.js';

export type LegacyPolicy = 'open' | 'networks' | 'token';

export interface UserRule {
  readonly role: Role;
  /** See `password.ts`; null: this user comes through the reverse proxy or an OpenID provider only. */
  readonly password: string | null;
  /** The larger role that the user may take for a while, with the password once more; null: none. */
  readonly elevate: Role | null;
  /** Kept, but not let in, whichever way they come. */
  readonly isDisabled: boolean;
}

export interface TokenRule {
  readonly name: string;
  readonly role: Role;
  /** True: of another server, which may say for whom it asks. */
  readonly isService: boolean;
  /** Kept, but not let in. */
  readonly isDisabled: boolean;
}

export interface ReverseProxyRule {
  /** Header with the name of the user, in lower case. */
  readonly userHeader: string;
  /** Header with the groups, comma-separated; null: none. */
  readonly groupsHeader: string | null;
  readonly groups: ReadonlyMap<string, Role>;
  /** Of a user in none of the groups. */
  readonly defaultRole: Role;
}

/** Tokens of an OpenID Connect provider, see `openid.ts`. */
export interface OpenIdRule {
  /** As it stands in the tokens, without a slash at the end of the address of its description. */
  readonly issuer: string;
  readonly audience: string;
  /** Claim with the name of the user. */
  readonly userClaim: string;
  /** Claim with the groups, a list or a text of words; with dots for claims inside claims; null: none. */
  readonly rolesClaim: string | null;
  readonly roles: ReadonlyMap<string, Role>;
  /** Of a user in none of the groups. */
  readonly defaultRole: Role;
}

export interface SecurityRules {
  readonly legacy: {
    readonly policy: LegacyPolicy;
    /** What anonymous clients may do where the policy lets them in. */
    readonly role: Role;
    /** What the others may do. */
    readonly otherwise: Role;
    readonly networks: BlockList;
  };
  /** What anonymous clients may do on version 2. */
  readonly anonymous: Role;
  /** Peers whose word on addresses and users counts. */
  readonly trustedHops: BlockList;
  readonly reverseProxy: ReverseProxyRule | null;
  readonly openId: OpenIdRule | null;
  readonly users: ReadonlyMap<string, UserRule>;
  /** By hash. */
  readonly tokens: ReadonlyMap<string, TokenRule>;
  /** Actions that operators may do although they need an admin. */
  readonly operatorActions: ReadonlySet<string>;
  /** Milliseconds. */
  readonly session: { readonly idle: number; readonly lifetime: number; readonly elevation: number };
  /** Per address; null: no limit. */
  readonly requestsPerSecond: number | null;
  readonly loginsPerMinute: number;
  /** Other origins that browsers may call version 2 from. */
  readonly origins: readonly string[];
}

const MINUTE = 60_000;

/** @throws CamServerError INVALID_SECURITY naming the place, what is there, and what may be */
export function parseSecurityRules(document: JsonValue): SecurityRules {
  const file = fields(document, 'the security file', [
    'legacy',
    'anonymous',
    'trusted_hops',
    'reverse_proxy',
    'openid',
    'users',
    'tokens',
    'operator_actions',
    'session',
    'rate_limits',
    'origins',
  ]);
  const legacy = fields(file.legacy ?? {}, 'legacy', ['policy', 'role', 'otherwise', 'networks']);
  const session = fields(file.session ?? {}, 'session', [
    'idle_minutes',
    'lifetime_minutes',
    'elevation_minutes',
  ]);
  const limits = fields(file.rate_limits ?? {}, 'rate_limits', ['requests_per_second', 'logins_per_minute']);
  return {
    legacy: {
      policy: choice(legacy.policy ?? 'open', 'legacy.policy', ['open', 'networks', 'token']) as LegacyPolicy,
      role: role(legacy.role ?? 'admin', 'legacy.role'),
      otherwise: role(legacy.otherwise ?? 'viewer', 'legacy.otherwise'),
      networks: networks(legacy.networks ?? [], 'legacy.networks'),
    },
    anonymous: role(file.anonymous ?? 'viewer', 'anonymous'),
    trustedHops: networks(file.trusted_hops ?? [], 'trusted_hops'),
    reverseProxy: reverseProxy(file.reverse_proxy ?? null),
    openId: openId(file.openid ?? null),
    users: users(file.users ?? {}),
    tokens: tokens(file.tokens ?? []),
    operatorActions: new Set(texts(file.operator_actions ?? [], 'operator_actions')),
    session: {
      idle: positive(session.idle_minutes ?? 60, 'session.idle_minutes') * MINUTE,
      lifetime: positive(session.lifetime_minutes ?? 720, 'session.lifetime_minutes') * MINUTE,
      elevation: positive(session.elevation_minutes ?? 15, 'session.elevation_minutes') * MINUTE,
    },
    requestsPerSecond:
      limits.requests_per_second === undefined
        ? null
        : positive(limits.requests_per_second, 'rate_limits.requests_per_second'),
    loginsPerMinute: positive(limits.logins_per_minute ?? 10, 'rate_limits.logins_per_minute'),
    origins: texts(file.origins ?? [], 'origins'),
  };
}

function users(value: JsonValue): Map<string, UserRule> {
  const rules = new Map<string, UserRule>();
  for (const [name, entry] of Object.entries(anyObject(value, 'users'))) {
    const where = `users.${name}`;
    const user = fields(entry, where, ['role', 'password', 'elevate', 'disabled']);
    const password = user.password ?? null;
    if (password !== null && (typeof password !== 'string' || parseHash(password) === null)) {
      throw invalid(where, 'password is not a hash as `camserver security hash` makes it');
    }
    const usual = role(user.role, `${where}.role`);
    const elevate = user.elevate === undefined ? null : role(user.elevate, `${where}.elevate`);
    if (elevate !== null && (password === null || includesRole(usual, elevate))) {
      throw invalid(where, 'elevate needs a password and a larger role than role');
    }
    rules.set(name, { role: usual, password, elevate, isDisabled: flag(user.disabled, `${where}.disabled`) });
  }
  return rules;
}

function tokens(value: JsonValue): Map<string, TokenRule> {
  const rules = new Map<string, TokenRule>();
  for (const [index, entry] of list(value, 'tokens').entries()) {
    const where = `tokens[${index}]`;
    const token = fields(entry, where, ['name', 'role', 'sha256', 'service', 'disabled']);
    if (typeof token.sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(token.sha256)) {
      throw invalid(where, 'sha256 must be 64 hexadecimal digits; `camserver security token` makes one');
    }
    if (typeof token.name !== 'string' || token.name === '') throw invalid(where, 'name is missing');
    const isService = flag(token.service, `${where}.service`);
    const isDisabled = flag(token.disabled, `${where}.disabled`);
    const rule = {
      name: token.name,
      role: role(token.role ?? 'admin', `${where}.role`),
      isService,
      isDisabled,
    };
    if (!isService && token.role === undefined) throw invalid(where, 'role is missing');
    rules.set(token.sha256, rule);
  }
  return rules;
}

function reverseProxy(value: JsonValue): ReverseProxyRule | null {
  if (value === null) return null;
  const where = 'reverse_proxy';
  const rule = fields(value, where, ['user_header', 'groups_header', 'groups', 'default_role']);
  if (typeof rule.user_header !== 'string' || rule.user_header === '') {
    throw invalid(where, 'user_header is missing: the header in which the proxy names the user');
  }
  return {
    userHeader: rule.user_header.toLowerCase(),
    groupsHeader: typeof rule.groups_header === 'string' ? rule.groups_header.toLowerCase() : null,
    groups: rolesOfGroups(rule.groups ?? {}, `${where}.groups`),
    defaultRole: role(rule.default_role ?? 'viewer', `${where}.default_role`),
  };
}

function openId(value: JsonValue): OpenIdRule | null {
  if (value === null) return null;
  const where = 'openid';
  const known = ['issuer', 'audience', 'user_claim', 'roles_claim', 'roles', 'default_role'];
  const rule = fields(value, where, known);
  const issuer = text(rule.issuer, `${where}.issuer`);
  if (!/^https:\/\/|^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])[:/]/.test(issuer) || !URL.canParse(issuer)) {
    throw invalid(where, `issuer '${issuer}' is no https address`);
  }
  return {
    issuer,
    audience: text(rule.audience, `${where}.audience`),
    userClaim: text(rule.user_claim ?? 'preferred_username', `${where}.user_claim`),
    rolesClaim: rule.roles_claim === undefined ? null : text(rule.roles_claim, `${where}.roles_claim`),
    roles: rolesOfGroups(rule.roles ?? {}, `${where}.roles`),
    defaultRole: role(rule.default_role ?? 'viewer', `${where}.default_role`),
  };
}

function rolesOfGroups(value: JsonValue, where: string): Map<string, Role> {
  const entries = Object.entries(anyObject(value, where));
  return new Map(entries.map(([group, entry]) => [group, role(entry, `${where}.${group}`)]));
}

/** Addresses and networks such as `10.0.0.0/8`. */
function networks(value: JsonValue, where: string): BlockList {
  const blocks = new BlockList();
  for (const text of texts(value, where)) {
    const [address, prefix] = text.split('/') as [string, string | undefined];
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const bits = prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix);
    const largest = family === 'ipv6' ? 128 : 32;
    if (isIP(address) === 0 || !Number.isInteger(bits) || bits < 0 || bits > largest) {
      throw invalid(where, `'${text}' is no address or network such as 10.0.0.0/8`);
    }
    blocks.addSubnet(address, bits, family);
  }
  return blocks;
}

export function isIn(blocks: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && blocks.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

function role(value: JsonValue | undefined, where: string): Role {
  if (isRole(value)) return value;
  throw invalid(where, `${JSON.stringify(value ?? null)} is none of ${roles.join(', ')}`);
}

function choice(value: JsonValue, where: string, values: readonly JsonValue[]): JsonValue {
  if (values.includes(value)) return value;
  throw invalid(where, `${JSON.stringify(value)} is none of ${values.join(', ')}`);
}

function flag(value: JsonValue | undefined, where: string): boolean {
  return choice(value ?? false, where, [true, false]) === true;
}

function positive(value: JsonValue, where: string): number {
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
  throw invalid(where, `${JSON.stringify(value)} is no number above zero`);
}

function list(value: JsonValue, where: string): JsonValue[] {
  if (Array.isArray(value)) return value;
  throw invalid(where, 'a list is expected');
}

function text(value: JsonValue | undefined, where: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(where, `${JSON.stringify(value ?? null)} is no text`);
}

function texts(value: JsonValue, where: string): string[] {
  return list(value, where).map((entry) => {
    if (typeof entry === 'string') return entry;
    throw invalid(where, `${JSON.stringify(entry)} is no text`);
  });
}

function anyObject(value: JsonValue | undefined, where: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw invalid(where, 'an object is expected');
}

/** A key that is misspelt must not be a rule that silently does not hold. */
function fields(value: JsonValue | undefined, where: string, known: readonly string[]): JsonObject {
  const found = anyObject(value, where);
  const unknown = Object.keys(found).find((key) => !known.includes(key) && !key.startsWith('_'));
  if (unknown !== undefined)
    throw invalid(where, `there is no key '${unknown}', there are ${known.join(', ')}`);
  return found;
}

function invalid(where: string, what: string): CamServerError {
  return new CamServerError('INVALID_SECURITY', `Security rules, ${where}: ${what}.`);
}
