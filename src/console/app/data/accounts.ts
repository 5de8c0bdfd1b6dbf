/** Accounts of the security file, and who came another way. */

import type { JsonRecord } from '../core/plant.js';
import { recordsOf, textOf, timeOf } from '../core/values.js';
import { callJson, homeCluster, ifSeen } from './api.js';
import { type Role, roleOf } from './session.js';

export interface Account {
  readonly kind: 'user' | 'token';
  readonly name: string;
  /** `file`, `token`, `service`, `openid`, `proxy`. */
  readonly source: string;
  readonly role: Role | null;
  /** The larger role that may be taken for a while. */
  readonly elevate: Role | null;
  readonly enabled: boolean;
  readonly hasPassword: boolean;
  readonly lastSeen: number | null;
  readonly lastAddress: string | null;
  readonly isOwn: boolean;
  /** Null: it is not in the file, so it cannot be changed here. */
  readonly etag: string | null;
}

export interface Accounts {
  readonly list: readonly Account[];
  /** Why nothing can be changed; null when it can. */
  readonly fault: string | null;
}

const BASE = '/api/v2/accounts';
const pathOf = ({ kind, name }: Account): string => `${BASE}/${kind}/${encodeURIComponent(name)}`;

function readAccount(record: JsonRecord): Account {
  return {
    kind: record.kind === 'token' ? 'token' : 'user',
    name: textOf(record.name) ?? '',
    source: textOf(record.source) ?? '',
    role: roleOf(record.role),
    elevate: roleOf(record.elevate),
    enabled: record.enabled !== false,
    hasPassword: record.has_password === true,
    lastSeen: timeOf(record.last_seen),
    lastAddress: textOf(record.last_address),
    isOwn: record.is_own === true,
    etag: textOf(record.etag),
  };
}

export async function listAccounts(signal: AbortSignal): Promise<Accounts> {
  const answer = await callJson(homeCluster(), BASE, { signal });
  return { list: recordsOf(answer.accounts).map(readAccount), fault: textOf(answer.fault) };
}

export interface NewAccount {
  readonly kind: 'user' | 'token';
  readonly name: string;
  readonly role: Role;
  readonly elevate: Role | null;
  /** Absent: the server makes one; null: the user comes through a provider or proxy. */
  readonly password?: null;
}

/** @returns the password or token, which is told only here; null when there is none */
export async function createAccount(account: NewAccount): Promise<string | null> {
  return textOf((await callJson(homeCluster(), BASE, { method: 'POST', json: account })).secret);
}

export async function changeAccount(
  account: Account,
  changes: { readonly role?: Role; readonly elevate?: Role | null; readonly enabled?: boolean },
): Promise<void> {
  await callJson(homeCluster(), pathOf(account), {
    method: 'PUT',
    json: changes,
    headers: ifSeen(account.etag),
  });
}

/** Another password or token; the old one counts no longer. @returns the new one */
export async function renewSecret(account: Account): Promise<string | null> {
  const options = { method: 'POST', json: {}, headers: ifSeen(account.etag) } as const;
  return textOf((await callJson(homeCluster(), `${pathOf(account)}/secret`, options)).secret);
}

export async function deleteAccount(account: Account): Promise<void> {
  await callJson(homeCluster(), pathOf(account), { method: 'DELETE', headers: ifSeen(account.etag) });
}
