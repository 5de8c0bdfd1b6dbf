/** The accounts of a site: those of the security file, which can be changed here, and those that others vouch for. */
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CamServerError, errorText } from '../../../common/errors.js';
import { formatJson, type JsonObject, parseJson } from '../../../common/json.js';
import { isJsonObject } from '../../../common/leniency.js';
import {
  type Identity,
  type LastSeen,
  ProblemError,
  parseSecurityRules,
  type RulesFile,
  type Seen,
} from '../../../http/index.js';
import { SerialQueues, writeFileDurably } from '../../../storage/index.js';
import { type AccountKind, entriesOf, entryOf, tagOfEntry } from './document.js';

/** An account as it is told: never with a secret. */
export interface Account {
  readonly name: string;
  readonly kind: AccountKind;
  /** Where it comes from: `file` (a user), `token`, `service` (the token of a server), `openid`, `proxy`. */
  readonly source: 'file' | 'token' | 'service' | 'openid' | 'proxy';
  readonly role: string;
  /** The larger role that the user may take for a while. */
  readonly elevate: string | null;
  readonly enabled: boolean;
  readonly has_password: boolean;
  /** ISO 8601 and address of the last request; null: not since this is noted. */
  readonly last_seen: string | null;
  readonly last_address: string | null;
  /** Whether it is the one who asks. */
  readonly is_own: boolean;
  /** For changes; null for accounts that are not in the file. */
  readonly etag: string | null;
}

const RIGHTS = 0o600;

export class Accounts {
  private readonly queue = new SerialQueues();

  constructor(
    private readonly file: RulesFile,
    private readonly seen: LastSeen,
  ) {}

  async list(asking: Identity): Promise<Account[]> {
    const document = await this.read();
    const known = new Set<string>();
    const inFile = entriesOf(document).map(([kind, name, entry]) => {
      known.add(`${kind} ${name}`);
      // who has no password here comes another way, and is the same account
      const isForeign = kind === 'user' && entry.password === undefined;
      if (isForeign) for (const way of ['openid', 'proxy']) known.add(`${way} ${name}`);
      return this.account(kind, name, entry, asking);
    });
    const others = this.seen.all().filter(({ kind, name }) => !known.has(`${kind} ${name}`));
    return [...inFile, ...others.filter(isFromElsewhere).map((seen) => fromElsewhere(seen, asking))];
  }

  account(kind: AccountKind, name: string, entry: JsonObject, asking: Identity): Account {
    const isUser = kind === 'user';
    const hasPassword = typeof entry.password === 'string';
    const ways = isUser && !hasPassword ? (['openid', 'proxy'] as const) : [kind];
    const last = ways
      .map((way) => this.seen.of(way, name))
      .reduce((left, right) => ((right?.time ?? 0) > (left?.time ?? 0) ? right : left), null);
    return {
      ...{ name, kind, source: isUser ? 'file' : entry.service === true ? 'service' : 'token' },
      role: typeof entry.role === 'string' ? entry.role : 'admin',
      elevate: typeof entry.elevate === 'string' ? entry.elevate : null,
      enabled: entry.disabled !== true,
      has_password: hasPassword,
      ...whenAndWhere(last),
      is_own: isOwn(kind, name, asking),
      etag: tagOfEntry(kind, name, entry),
    };
  }

  /** Why the file cannot be changed; null when it can. */
  async fault(): Promise<string | null> {
    try {
      await access(this.file.path, constants.R_OK | constants.W_OK);
      await access(dirname(this.file.path), constants.W_OK);
      return null;
    } catch (error) {
      return `The server cannot write the security file: ${errorText(error)}`;
    }
  }

  /**
   * Changes the document of the file; the new rules hold at once. One change at a time.
   * @throws CamServerError INVALID_SECURITY when the rules would have a fault, WRITE_FAILED; what `edit` throws
   */
  change<T>(edit: (document: JsonObject) => T): Promise<T> {
    return this.queue.run('', async () => {
      const document = await this.read();
      const result = edit(document);
      parseSecurityRules(document);
      await writeFileDurably(this.file.path, `${formatJson(document, 2)}\n`, RIGHTS);
      this.file.look();
      return result;
    });
  }

  private async read(): Promise<JsonObject> {
    const text = await readFile(this.file.path, 'utf8').catch((error) => {
      throw new CamServerError('WRITE_FAILED', `The security file cannot be read: ${errorText(error)}`);
    });
    let document: unknown;
    try {
      document = parseJson(text);
    } catch (error) {
      throw faulty(`it is not valid JSON: ${errorText(error)}`);
    }
    if (!isJsonObject(document as JsonObject)) throw faulty('it does not hold an object.');
    return document as JsonObject;
  }
}

/** @throws ProblemError 404, or 412 when the account is not the one that was seen */
export function seenEntry(
  document: JsonObject,
  kind: AccountKind,
  name: string,
  expected: string | null,
): JsonObject {
  const entry = entryOf(document, kind, name);
  const current = tagOfEntry(kind, name, entry);
  if (expected === current) return entry;
  const text = `The ${kind} '${name}' was changed by someone else. Read it again first.`;
  throw new ProblemError(412, 'CONFLICT', text, { members: { current_etag: current } });
}

/** Whether an account is the one that asks: nobody can lock themselves out, so that an admin remains. */
export function isOwn(kind: AccountKind, name: string, { user, method }: Identity): boolean {
  return user === name && (kind === 'token') === (method === 'token');
}

function isFromElsewhere({ kind }: Seen): boolean {
  return kind === 'openid' || kind === 'proxy';
}

function fromElsewhere(seen: Seen, asking: Identity): Account {
  return {
    ...{ name: seen.name, kind: 'user', source: seen.kind as 'openid' | 'proxy', role: seen.role },
    ...{ elevate: null, enabled: true, has_password: false },
    ...whenAndWhere(seen),
    ...{ is_own: seen.name === asking.user && seen.kind === asking.method, etag: null },
  };
}

function whenAndWhere(seen: Seen | null): Pick<Account, 'last_seen' | 'last_address'> {
  const time = seen === null ? null : new Date(seen.time).toISOString();
  return { last_seen: time, last_address: seen?.address ?? null };
}

function faulty(what: string): CamServerError {
  return new CamServerError('INVALID_SECURITY', `The security file has a fault: ${what}`);
}
