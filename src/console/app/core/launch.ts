/** What a test instance is called, how long it stays, and what of it is worth keeping. */
import { isEqual } from './changes.js';
import type { JsonRecord } from './plant.js';

/** Seconds without a client after which a test ends by itself; null: as its configuration says. */
export const LIFETIMES: readonly { readonly label: string; readonly seconds: number | null }[] = [
  { label: 'after 10 min without a client', seconds: 600 },
  { label: 'after 1 h without a client', seconds: 3600 },
  { label: 'after 8 h without a client', seconds: 28_800 },
  { label: 'as the configuration says', seconds: null },
];

export const DEFAULT_LIFETIME = 1;

/** Belongs to the test, not to what is tested. */
const LIFETIME_KEY = 'no_client_timeout';

export function lifetimeChanges(seconds: number | null): JsonRecord {
  return seconds === null ? {} : { [LIFETIME_KEY]: seconds };
}

export function testName(configuration: string, user: string | null): string {
  return `${configuration}_test_${user ?? 'me'}`;
}

/**
 * The configuration that a test has become: the one it began with, and every key that runs with another value.
 * @param defaults what servers fill in where a key is missing, which is not worth keeping
 */
export function keptDocument(start: JsonRecord, defaults: JsonRecord, running: JsonRecord): JsonRecord {
  const before: JsonRecord = { ...defaults, ...start };
  const kept: JsonRecord = {};
  for (const [key, value] of Object.entries(start)) {
    if (key in running || key === LIFETIME_KEY) kept[key] = value;
  }
  for (const [key, value] of Object.entries(running)) {
    if (key !== LIFETIME_KEY && !isEqual(before[key], value)) kept[key] = value;
  }
  return kept;
}
