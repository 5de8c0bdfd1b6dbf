/**
 * Named configurations, wherever they are kept. All implementations pass `test/storage/conformance.ts`.
 */
import { createHash } from 'node:crypto';
import { CamServerError } from '../common/errors.js';
import { formatJson, type JsonObject } from '../common/json.js';
import { nameFault, validName } from '../common/names.js';
import { currentRequest, noteChange } from '../common/request-context.js';

/** Who changes a configuration and why; and, against lost updates, what it must be before. */
export interface Change {
  readonly author?: string;
  readonly comment?: string;
  /** The tag that was read; null when the configuration must not exist yet. Without it the last writer wins. */
  readonly expectedTag?: string | null;
}

export interface StoredText {
  /** As stored; a file edited by hand may hold anything. */
  readonly text: string;
  /** Changes whenever the text does. */
  readonly tag: string;
}

export interface Revision {
  /** 1, 2, 3 … per name. */
  readonly revision: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** `found`: changed outside CamServer, noticed at the next save. */
  readonly action: 'saved' | 'deleted' | 'found';
  readonly author: string | null;
  readonly comment: string | null;
  /** Null for `deleted`. */
  readonly text: string | null;
}

export interface ConfigurationStore {
  /** Sorted. Names that end in `_parameters` or `_background` are kept but not listed. */
  names(): Promise<string[]>;
  has(name: string): Promise<boolean>;
  /** @throws CamServerError CONFIG_NOT_FOUND (`Unable to load config '<name>'…`), CONFIG_UNREADABLE */
  get(name: string): Promise<JsonObject>;
  /** The stored text. @throws CamServerError CONFIG_NOT_FOUND */
  getText(name: string): Promise<StoredText>;
  /**
   * Saves without validating more than the name.
   * @returns the configuration as stored
   * @throws CamServerError INVALID_NAME, RESERVED_NAME, CONFLICT (the expected tag is not the present one), WRITE_FAILED
   */
  put(name: string, config: JsonObject, change?: Change): Promise<JsonObject>;
  /** Returns whether it existed. @throws CamServerError CONFLICT, WRITE_FAILED */
  delete(name: string, change?: Change): Promise<boolean>;
  /** Oldest first; a bounded number of them. */
  revisions(name: string): Promise<Revision[]>;
  /** The path or address of a configuration, for messages. */
  location(name: string): string;
}

/** Control files of the cluster in the same folder. */
const RESERVED_NAMES = ['servers', 'permanent_instances'];

/** Whether a configuration can have this name. */
export function isConfigurationName(name: string): boolean {
  return nameFault(name) === null && !RESERVED_NAMES.includes(name);
}

/** @throws CamServerError INVALID_NAME, RESERVED_NAME */
export function requireConfigurationName(name: string): void {
  validName('configuration', name);
  if (RESERVED_NAMES.includes(name)) {
    throw new CamServerError(
      'RESERVED_NAME',
      `No configuration can be called '${name}': this is a control file of the cluster.`,
    );
  }
}

export function isListed(name: string): boolean {
  return isConfigurationName(name) && !/_(parameters|background)$/.test(name);
}

/** The change with its author: the one given, else who sent the request that is being served. */
export function withAuthor(change: Change = {}): Change {
  const author = change.author ?? currentRequest()?.actor ?? undefined;
  return author === undefined ? change : { ...change, author };
}

/** Tells the audit log what a configuration was and became; null for not there. */
export function noteStored(name: string, before: string | null, after: string | null): void {
  const tag = (text: string | null): string | null => (text === null ? null : tagOf(text));
  noteChange({ target: name, before: tag(before), after: tag(after) });
}

/** A fingerprint of a document that is not kept as a configuration, for tags and the audit log. */
export function documentTag(document: JsonObject): string {
  return tagOf(formatJson(document));
}

/** A fingerprint of the stored text. */
export function tagOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** @throws CamServerError CONFLICT when someone else changed the configuration since it was read */
export function requireExpectedTag(name: string, present: string | null, change: Change | undefined): void {
  const expected = change?.expectedTag;
  if (expected === undefined || expected === present) return;
  const found =
    present === null
      ? 'it does not exist'
      : expected === null
        ? 'it exists already'
        : 'it was changed meanwhile';
  throw new CamServerError('CONFLICT', `Config '${name}' was not changed: ${found}. Read it again first.`);
}

/**
 * All listed configurations by name; those that cannot be read are left out and reported.
 * @param onUnreadable called with the name and the error of each
 */
export async function readAllConfigurations(
  store: ConfigurationStore,
  onUnreadable: (name: string, error: unknown) => void,
): Promise<Map<string, JsonObject>> {
  const names = await store.names();
  const configurations = new Map<string, JsonObject>();
  const results = await Promise.allSettled(names.map((name) => store.get(name)));
  results.forEach((result, index) => {
    const name = names[index]!;
    if (result.status === 'fulfilled') configurations.set(name, result.value);
    else onUnreadable(name, result.reason);
  });
  return configurations;
}
