/**
 * Tokens of an OpenID Connect provider (OpenID Connect Core 1.0, JSON Web Tokens of RFC 7519): signature, issuer, audience and
 * time are checked against the keys that the provider publishes; a claim tells the role.
 */
import type { createRemoteJWKSet, JWTPayload } from 'jose';
import { errorText, sentence } from '../../common/errors.js';
import { ProblemError } from '../problem.js';
import { largestRole, type Role } from '../roles.js';
import type { OpenIdRule } from './rules.js';

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** Never `none`, and no keys that this server would share with the provider. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Codes of what is wrong with the answer of the provider, not with the token. */
const PROVIDER_FAULTS = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'];
/** Seconds by which clocks may differ. */
const TOLERANCE = 30;
/** Milliseconds for an answer of the provider, and until one that failed is asked again. */
const TIMEOUT = 5000;
const PAUSE = 10_000;

/** `header.payload.signature` */
export function isJsonWebToken(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
}

export class OpenIdTokens {
  private keys: Promise<KeySet> | null = null;
  private failedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly rule: OpenIdRule) {}

  /**
   * The user of a token and what they may do.
   * @throws ProblemError 401 when the token is not good, 503 when the provider cannot be asked
   */
  async verify(token: string): Promise<{ readonly user: string; readonly role: Role }> {
    // loaded where a site has a provider only
    const { jwtVerify, errors } = await import('jose');
    const { issuer, audience, userClaim } = this.rule;
    const keys = await this.keySet();
    let payload: JWTPayload;
    try {
      const options = { issuer, audience, algorithms: ALGORITHMS, clockTolerance: TOLERANCE };
      ({ payload } = await jwtVerify(token, keys, { ...options, requiredClaims: ['exp'] }));
    } catch (error) {
      const isTheirs = !(error instanceof errors.JOSEError) || PROVIDER_FAULTS.includes(error.code);
      throw isTheirs ? this.unavailable(error) : wrongToken(errorText(error));
    }
    const user = payload[userClaim];
    if (typeof user !== 'string' || user === '') throw wrongToken(`it has no claim ${userClaim}`);
    return { user, role: this.roleOf(payload) };
  }

  private roleOf(payload: JWTPayload): Role {
    const { rolesClaim, roles, defaultRole } = this.rule;
    return largestRole(rolesClaim === null ? [] : groupsIn(payload, rolesClaim), roles, defaultRole);
  }

  /** Found once by the description of the provider; the keys themselves are asked for again when a token names a new one. */
  private keySet(): Promise<KeySet> {
    if (this.keys === null) {
      if (performance.now() - this.failedAt < PAUSE)
        return Promise.reject(this.unavailable('it was just asked'));
      this.keys = this.discover().catch((error) => {
        this.keys = null;
        this.failedAt = performance.now();
        throw this.unavailable(error);
      });
    }
    return this.keys;
  }

  private async discover(): Promise<KeySet> {
    const { createRemoteJWKSet } = await import('jose');
    const { issuer } = this.rule;
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT), redirect: 'error' });
    if (!response.ok) throw new Error(`${address} answers HTTP ${response.status}`);
    const description = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
    if (description.issuer !== issuer) throw new Error(`${address} is of the issuer '${description.issuer}'`);
    if (typeof description.jwks_uri !== 'string') throw new Error(`${address} has no jwks_uri`);
    return createRemoteJWKSet(new URL(description.jwks_uri), { timeoutDuration: TIMEOUT });
  }

  private unavailable(reason: unknown): ProblemError {
    const text = `The OpenID provider ${this.rule.issuer} cannot be asked: ${sentence(errorText(reason))}`;
    return new ProblemError(503, 'PROVIDER_UNREACHABLE', text, { headers: { 'Retry-After': '10' } });
  }
}

export function wrongToken(reason: string): ProblemError {
  return new ProblemError(401, 'WRONG_TOKEN', `The token is not accepted: ${sentence(reason)}`, {
    headers: { 'WWW-Authenticate': 'Bearer realm="camserver", error="invalid_token"' },
  });
}

function groupsIn(payload: JWTPayload, path: string): string[] {
  let value: unknown = payload[path];
  if (value === undefined) {
    value = payload;
    for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  }
  if (Array.isArray(value)) return value.filter((group) => typeof group === 'string');
  return typeof value === 'string' ? value.split(' ') : [];
}
