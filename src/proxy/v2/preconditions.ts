/** Tags and conditions of requests that change a document (RFC 9110, 13.1). */
import { CamServerError } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { jsonAnswer, ProblemError, RawAnswer, type RouteRequest } from '../../http/index.js';

export function etagOf(tag: string): string {
  return `"${tag}"`;
}

/** The document with its tag as a header. */
export function taggedAnswer(value: object, tag: string, status = 200): RawAnswer {
  const answer = jsonAnswer(value, status);
  return new RawAnswer(answer.contentType, answer.body, status, { ETag: etagOf(tag) });
}

/**
 * The tag that the client has seen; null when it says that there must be no document yet.
 * @throws ProblemError 428 when it says neither, 400 when it is unreadable
 */
export function expectedTag(request: Pick<RouteRequest, 'header'>): string | null {
  const match = request.header('if-match');
  if (request.header('if-none-match') === '*') return null;
  if (match === undefined) {
    const text =
      'Say what you have seen: If-Match with the ETag of the document, or If-None-Match: * for a new one.';
    throw new ProblemError(428, 'PRECONDITION_REQUIRED', text);
  }
  const tag = /^"([\w.:-]+)"$/.exec(match.trim())?.[1];
  if (tag === undefined)
    throw new ProblemError(400, 'INVALID_ETAG', `If-Match: ${match} is no single strong tag.`);
  return tag;
}

/** @throws ProblemError 412 when the present tag is another one */
export function requireTag(expected: string | null, present: string | null, what: string): void {
  if (expected !== present) throw conflict(present, what);
}

/** @param present tag of the document as it is now; null: there is none */
export function conflict(present: string | null, what: string): ProblemError {
  const found = present === null ? 'does not exist' : 'was changed by someone else, or exists already';
  const members: JsonObject = { current_etag: present };
  return new ProblemError(412, 'CONFLICT', `${what} ${found}. Read it again first.`, { members });
}

/** A lost race becomes the answer that shows the present tag. */
export async function orConflict<T>(
  work: () => Promise<T>,
  present: () => Promise<string | null> | string,
  what: string,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CamServerError && error.code === 'CONFLICT') throw conflict(await present(), what);
    throw error;
  }
}
