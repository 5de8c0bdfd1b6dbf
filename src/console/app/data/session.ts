/** Who the user is and what that role may do. */
import { effect, signal } from '@preact/signals';
import { recordOf, textOf } from '../core/values.js';
import { callJson, homeCluster, setCsrfToken } from './api.js';
import { isDisconnected } from './plant.js';

export type Role = 'viewer' | 'operator' | 'admin';

export interface Session {
  /** Null: anonymous. */
  readonly user: string | null;
  readonly role: Role;
  readonly permissions: ReadonlySet<string>;
  readonly csrfToken: string | null;
  readonly login: readonly string[];
  readonly expires: string | null;
  /** The larger role that the user may take for a while, and until when they have it. */
  readonly elevation: { readonly role: Role | null; readonly until: string | null };
}

const ANONYMOUS: Session = {
  user: null,
  role: 'viewer',
  permissions: new Set(),
  csrfToken: null,
  login: [],
  expires: null,
  elevation: { role: null, until: null },
};

export const session = signal<Session>(ANONYMOUS);

effect(() => setCsrfToken(session.value.csrfToken));

function readSession(record: Record<string, unknown>): Session {
  const answer = recordOf(record as never);
  const elevation = recordOf(answer.elevation);
  return {
    user: textOf(answer.user),
    role: roleOf(answer.role) ?? 'viewer',
    permissions: new Set(listOf(answer.permissions)),
    csrfToken: textOf(answer.csrf_token),
    login: listOf(answer.login),
    expires: textOf(answer.expires),
    elevation: { role: roleOf(elevation.role), until: textOf(elevation.until) },
  };
}

export function roleOf(value: unknown): Role | null {
  return value === 'admin' || value === 'operator' || value === 'viewer' ? value : null;
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}

export async function loadSession(): Promise<void> {
  session.value = readSession(await callJson(homeCluster(), '/api/v2/me'));
}

export async function signIn(user: string, password: string): Promise<void> {
  session.value = readSession(
    await callJson(homeCluster(), '/api/v2/session', { method: 'POST', json: { user, password } }),
  );
}

export async function signOut(): Promise<void> {
  await callJson(homeCluster(), '/api/v2/session', { method: 'DELETE' });
  await loadSession();
}

/** Takes the larger role, with the password once more, or gives it back. @param password null: gives it back */
export async function elevate(password: string | null): Promise<void> {
  const options =
    password === null ? { method: 'DELETE' as const } : { method: 'POST' as const, json: { password } };
  session.value = readSession(await callJson(homeCluster(), '/api/v2/session/elevation', options));
}

/** Why an action is not possible now, or null. @param permission as listed by `/api/v2/me` */
export function denial(permission: string): string | null {
  if (isDisconnected.value) return 'Off while the servers cannot be reached.';
  if (session.value.permissions.has(permission)) return null;
  return `Needs the role ${roleFor(permission)}; you are ${session.value.user ?? 'anonymous'} (${session.value.role}).`;
}

const RANKS: readonly Role[] = ['viewer', 'operator', 'admin'];

/** The same for what is open to a role and the larger ones. */
export function denialBelow(role: Role): string | null {
  if (isDisconnected.value) return 'Off while the servers cannot be reached.';
  if (RANKS.indexOf(session.value.role) >= RANKS.indexOf(role)) return null;
  return `Needs the role ${role}; you are ${session.value.user ?? 'anonymous'} (${session.value.role}).`;
}

const ADMIN_ONLY =
  /^(account|worker|manager|server|placement|permanent|script|library|config\.delete|instance\.stop_all)/;

function roleFor(permission: string): Role {
  return ADMIN_ONLY.test(permission) ? 'admin' : 'operator';
}
