/** Reading what a request says of itself in its headers. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isIn, type SecurityRules } from './rules.js';

/** Null when it is missing or empty. @param name in lower case */
export function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  const text = Array.isArray(value) ? value.join(',') : value;
  return text === undefined || text === '' ? null : text;
}

export function cookie(request: IncomingMessage, name: string): string | null {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, ...value] = part.trim().split('=');
    if (key === name) return value.join('=');
  }
  return null;
}

export function bearerToken(request: IncomingMessage): string | null {
  return /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

/** The nearest address that is not of a trusted hop. */
export function clientAddress(request: IncomingMessage, peer: string, rules: SecurityRules): string {
  const hops = (header(request, 'x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
  for (const hop of hops.reverse()) {
    if (isIP(hop) === 0) return peer;
    if (!isIn(rules.trustedHops, hop)) return hop;
  }
  return peer;
}
