/** The pool of a manager or proxy as it is configured: where it comes from, and its changes at run time. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CamServerError } from '../common/errors.js';
import { cloneJson, type JsonObject, mergeObjects, parseJson } from '../common/json.js';
import { isJsonObject } from '../common/leniency.js';
import type { Logger } from '../common/logging.js';
import { noteChange } from '../common/request-context.js';
import { type Change, documentTag, requireExpectedTag } from '../storage/index.js';
import { readControlFile, sortedByKey, writeControlFile } from './control-file.js';
import { normaliseAddress, type PoolServer, parsePool, poolFromAddresses } from './pool-configuration.js';

interface PoolSource {
  readonly document: JsonObject;
  /** Where changes are written; null: they last until the end of the process. */
  readonly path: string | null;
}

/**
 * Finds the pool of a manager or proxy and has it used, now and after each change.
 * @param mayBeEmpty workers register themselves, so that a missing file or an empty pool is no error
 * @throws CamServerError saying what is missing or wrong
 */
export async function openPoolSettings(
  { servers, configFolder }: { readonly servers: string; readonly configFolder: string },
  mayBeEmpty: boolean,
  pool: { configure(servers: readonly PoolServer[]): void },
  log: Pick<Logger, 'warning'>,
): Promise<PoolSettings> {
  const source = await findPool(servers, configFolder, mayBeEmpty);
  return new PoolSettings(
    source,
    mayBeEmpty,
    (found) => pool.configure(found),
    (text) => log.warning(text),
  );
}

/**
 * Empty text → `<config folder>/servers.json`; text that begins with `{` → inline JSON; an existing file; else
 * a list of addresses separated by commas.
 */
async function findPool(servers: string, configFolder: string, mayBeEmpty: boolean): Promise<PoolSource> {
  const source = await readPool(servers.trim(), configFolder, mayBeEmpty);
  // one whose servers are all switched off can be switched on again
  if (Object.keys(source.document).length === 0 && !mayBeEmpty) {
    throw new CamServerError(
      'NO_POOL',
      `The server pool is empty. Name the servers in '${source.path ?? '--servers'}', or let workers register with --secret-file.`,
    );
  }
  return source;
}

async function readPool(servers: string, configFolder: string, mayBeEmpty: boolean): Promise<PoolSource> {
  if (servers.startsWith('{')) return { document: parseJson(servers) as JsonObject, path: null };
  const path = servers === '' ? join(configFolder, 'servers.json') : servers;
  if (servers !== '' && !existsSync(path)) return { document: poolFromAddresses(servers), path: null };
  const document = await readControlFile(path);
  if (document !== null) return { document, path };
  if (mayBeEmpty) return { document: {}, path };
  throw new CamServerError(
    'NO_POOL',
    `The servers file '${path}' does not exist. Create it, or use --servers.`,
  );
}

export class PoolSettings {
  private present: JsonObject;
  private readonly path: string | null;
  private lastWrite: Promise<unknown> = Promise.resolve();

  /**
   * @param mayBeEmpty otherwise the last server stays: without one this process could not start again
   * @param onChange called with the enabled servers after each change, and at once
   * @param warn told of entries that a site's file has and that cannot be read; changes must be right
   */
  constructor(
    source: PoolSource,
    private readonly mayBeEmpty: boolean,
    private readonly onChange: (servers: readonly PoolServer[]) => void,
    warn: (text: string) => void,
  ) {
    this.present = source.document;
    this.path = source.path;
    onChange(parsePool(source.document, warn));
  }

  /** As configured, switched-off servers and unknown keys included. */
  get document(): JsonObject {
    return cloneJson(this.present);
  }

  /** Addresses of the servers that are switched off. */
  disabled(): string[] {
    const enabled = new Set(parsePool(this.present, () => {}).map(({ address }) => address));
    return Object.keys(this.present)
      .map(normaliseAddress)
      .filter((address) => !enabled.has(address));
  }

  /**
   * Replaces the whole pool; it acts at once.
   * @param change with a tag: only the pool that has it is replaced
   * @throws CamServerError naming the server and key that is wrong; CONFLICT
   */
  replace(document: JsonObject, change?: Change): Promise<JsonObject> {
    return this.change((present) => {
      requireExpectedTag('servers', documentTag(present), change);
      return document;
    });
  }

  /** Sets keys of one server, which is added when it is new; null removes a key. */
  async changeServer(address: string, changes: JsonObject): Promise<void> {
    await this.change((document) => {
      const key = keyOf(document, address);
      const settings = document[key];
      const changed = mergeObjects(isJsonObject(settings) ? settings : {}, changes);
      for (const [name, value] of Object.entries(changes)) if (value === null) delete changed[name];
      return { ...document, [key]: changed };
    });
  }

  async removeServer(address: string): Promise<void> {
    await this.change((document) => {
      const key = keyOf(document, address);
      if (!Object.hasOwn(document, key)) {
        throw new CamServerError('UNKNOWN_SERVER', `The server '${address}' is not in the pool.`);
      }
      const { [key]: _removed, ...rest } = document;
      return rest;
    });
  }

  /** Whether the pool names this server, switched on or off. */
  has(address: string): boolean {
    return Object.hasOwn(this.present, keyOf(this.present, address));
  }

  /** One change after the other: checked, written, then in use. */
  private async change(edit: (document: JsonObject) => JsonObject): Promise<JsonObject> {
    const result = this.lastWrite.then(async () => {
      const edited = sortedByKey(edit(this.document));
      const servers = parsePool(edited);
      if (Object.keys(edited).length === 0 && !this.mayBeEmpty) {
        const reason = 'Without a server this process could not start again';
        throw new CamServerError('EMPTY_POOL', `${reason}; switch servers off with "enabled": false.`);
      }
      if (this.path !== null) await writeControlFile(this.path, edited);
      noteChange({ target: 'pool', before: documentTag(this.present), after: documentTag(edited) });
      this.present = edited;
      this.onChange(servers);
      return this.document;
    });
    this.lastWrite = result.catch(() => {});
    return result;
  }
}

/** The key under which a document has an address, which may be written with a slash at its end. */
function keyOf(document: JsonObject, address: string): string {
  const wanted = normaliseAddress(address);
  return Object.keys(document).find((key) => normaliseAddress(key) === wanted) ?? wanted;
}
