/**
 * What a worker holds, by fingerprint: so that a manager sends only what is missing or different.
 */
import { CamServerError, errorText } from '../common/errors.js';
import { type JsonValue, parseJson } from '../common/json.js';
import { nameFault } from '../common/names.js';
import { defineRoute, type Route } from './route.js';

export const CONTENT_KINDS = ['configuration', 'background', 'script', 'library'] as const;
export type ContentKind = (typeof CONTENT_KINDS)[number];

/** Fingerprint of what is stored under exactly this name; null when there is nothing. */
export type ContentDigest = (kind: ContentKind, name: string) => Promise<string | null>;

/** A pipeline needs a handful; each is a file to read. */
const MOST_ITEMS = 200;

export const CONTENTS_PATH = '/api/v2/contents';

export function contentRoutes(digestOf: ContentDigest): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: CONTENTS_PATH,
      tag: 'cluster',
      summary: 'Fingerprints of configurations, backgrounds, scripts and libraries of this server',
      query: {
        items: { description: `JSON list of [kind, name]; kind is one of ${CONTENT_KINDS.join(', ')}` },
      },
      response: {
        kind: 'envelope',
        payload: { digests: { type: 'array', items: { type: ['string', 'null'] } } },
      },
      handler: async ({ query }) => ({
        status: 'Contents.',
        digests: await Promise.all(
          readItems(query.items ?? '[]').map(([kind, name]) => digestOf(kind, name)),
        ),
      }),
    }),
  ];
}

function readItems(text: string): [ContentKind, string][] {
  const items = parsed(text);
  if (!Array.isArray(items) || items.length > MOST_ITEMS || !items.every(isItem)) {
    throw new CamServerError(
      'INVALID_QUERY',
      `'items' must be a JSON list of at most ${MOST_ITEMS} [kind, name], kind being one of ${CONTENT_KINDS.join(', ')}.`,
    );
  }
  return items as [ContentKind, string][];
}

function parsed(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    throw new CamServerError('INVALID_QUERY', `'items' is not valid JSON. ${errorText(error)}`);
  }
}

function isItem(item: JsonValue): boolean {
  return (
    Array.isArray(item) &&
    item.length === 2 &&
    CONTENT_KINDS.includes(item[0] as ContentKind) &&
    typeof item[1] === 'string' &&
    nameFault(item[1]) === null
  );
}
