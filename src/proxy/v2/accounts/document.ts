/** Users and tokens in the document of the security file. Comments (keys that begin with `_`) and unknown order stay. */
import type { JsonObject, JsonValue } from '../../../common/json.js';
import { isJsonObject } from '../../../common/leniency.js';
import { ProblemError } from '../../../http/index.js';
import { documentTag } from '../../../storage/index.js';

export type AccountKind = 'user' | 'token';

/** @throws ProblemError 404 */
export function entryOf(document: JsonObject, kind: AccountKind, name: string): JsonObject {
  const found = findEntry(document, kind, name);
  if (found !== null) return found;
  throw new ProblemError(404, 'ACCOUNT_NOT_FOUND', `There is no ${kind} '${name}' in the security file.`);
}

/** Null when there is none. @throws ProblemError 409 when several tokens have the name */
export function findEntry(document: JsonObject, kind: AccountKind, name: string): JsonObject | null {
  const users = usersOf(document);
  const user = Object.hasOwn(users, name) ? [users[name]!] : [];
  const found = kind === 'user' ? user : tokensOf(document).filter(isCalled(name));
  if (found.length > 1) {
    const text = `There are ${found.length} tokens '${name}'. Give them different names in the security file.`;
    throw new ProblemError(409, 'AMBIGUOUS_NAME', text);
  }
  const [entry] = found;
  return entry !== undefined && isJsonObject(entry) ? entry : null;
}

/** @throws ProblemError 409 when there is one of that name */
export function addEntry(document: JsonObject, kind: AccountKind, name: string, entry: JsonObject): void {
  if (findEntry(document, kind, name) !== null) {
    throw new ProblemError(409, 'ACCOUNT_EXISTS', `There is a ${kind} '${name}' already.`);
  }
  if (kind === 'user') document.users = { ...usersOf(document), [name]: entry };
  else document.tokens = [...tokensOf(document), { name, ...entry }];
}

export function removeEntry(document: JsonObject, kind: AccountKind, name: string): void {
  if (kind === 'user') delete usersOf(document)[name];
  else document.tokens = tokensOf(document).filter((token) => !isCalled(name)(token));
}

/** Sets keys of an entry; null removes one. */
export function setKeys(entry: JsonObject, keys: Readonly<Record<string, JsonValue>>): void {
  for (const [key, value] of Object.entries(keys)) {
    if (value === null) delete entry[key];
    else entry[key] = value;
  }
}

/** Changes with the entry and tells nothing of what is in it. */
export function tagOfEntry(kind: AccountKind, name: string, entry: JsonObject): string {
  return documentTag({ kind, name, entry });
}

function usersOf(document: JsonObject): JsonObject {
  return isJsonObject(document.users) ? document.users : {};
}

function tokensOf(document: JsonObject): JsonValue[] {
  return Array.isArray(document.tokens) ? document.tokens : [];
}

function isCalled(name: string): (token: JsonValue) => boolean {
  return (token) => isJsonObject(token) && token.name === name;
}

/** Each entry once with its name; tokens of one name all. */
export function entriesOf(document: JsonObject): [kind: AccountKind, name: string, entry: JsonObject][] {
  const users = Object.entries(usersOf(document)).filter(([, entry]) => isJsonObject(entry));
  const tokens = tokensOf(document).filter((token) => isJsonObject(token));
  return [
    ...users.map(([name, entry]): [AccountKind, string, JsonObject] => ['user', name, entry as JsonObject]),
    ...tokens.map((token): [AccountKind, string, JsonObject] => ['token', String(token.name), token]),
  ];
}
