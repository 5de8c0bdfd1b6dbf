/**
 * Requests with an `Idempotency-Key` are carried out once: whoever sends the same again, because a click was doubled or an
 * answer was lost, gets the answer of the first. A request that failed may be sent again with its key.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { formatJson } from '../common/json.js';
import { noteChange } from '../common/request-context.js';
import { isChanging } from './access.js';
import { RawAnswer } from './answer.js';
import { ProblemError } from './problem.js';
import type { Identity } from './roles.js';
import type { Answer, Route } from './route.js';

/** One request that is to be carried out once. */
export interface IdempotentRequest {
  /** Of one client. */
  readonly key: string;
  /** Of what is asked for: the same key for something else is a mistake. */
  readonly fingerprint: string;
}

interface Entry {
  readonly fingerprint: string;
  readonly answer: Promise<Answer>;
  readonly startedAt: number;
  isDone: boolean;
}

/** Answers that are kept, for how many milliseconds, and how large they may be. */
const KEPT = 1000;
const LIFETIME = 3_600_000;
const LARGEST_BODY = 64 * 1024;

export class IdempotentRequests {
  /** Oldest first. */
  private readonly entries = new Map<string, Entry>();

  /**
   * The answer of `work`, or of the one that is under way or done with this key.
   * @throws ProblemError 422 when the key was used for something else; whatever `work` throws
   */
  async once(request: IdempotentRequest, work: () => Promise<Answer>): Promise<Answer> {
    this.forgetOld();
    const known = this.entries.get(request.key);
    if (known === undefined) return this.begin(request, work);
    if (known.fingerprint !== request.fingerprint) {
      throw new ProblemError(
        422,
        'IDEMPOTENCY_KEY_REUSED',
        'This Idempotency-Key was used for another request. Take a new key for each change.',
      );
    }
    noteChange({ details: 'It was carried out before with this Idempotency-Key.' });
    return replayed(await known.answer);
  }

  private begin({ key, fingerprint }: IdempotentRequest, work: () => Promise<Answer>): Promise<Answer> {
    const entry: Entry = { fingerprint, answer: work(), startedAt: performance.now(), isDone: false };
    this.entries.set(key, entry);
    entry.answer.then(
      (answer) => {
        entry.isDone = true;
        if (answer instanceof RawAnswer && answer.body.length > LARGEST_BODY) this.entries.delete(key);
      },
      () => this.entries.delete(key),
    );
    return entry.answer;
  }

  private forgetOld(): void {
    const oldest = performance.now() - LIFETIME;
    for (const [key, { isDone, startedAt }] of this.entries) {
      if (startedAt > oldest && this.entries.size < KEPT) return;
      if (isDone) this.entries.delete(key);
    }
  }
}

/**
 * Null for requests that are carried out each time: those without key, those that change nothing, version 1, log-ins and accounts.
 * @param body as it was read
 * @throws ProblemError 400 for a key that is none
 */
export function idempotentRequest(
  route: Route,
  request: IncomingMessage,
  url: string,
  body: unknown,
  { user, address }: Identity,
): IdempotentRequest | null {
  const key = request.headers['idempotency-key'];
  const isKeyed = route.method !== 'GET' && isChanging(route) && route.path.startsWith('/api/v2');
  // no secret is kept in memory to be told again
  const isSecret = /^(session|account)\./.test(route.action ?? '');
  if (key === undefined || !isKeyed || isSecret) return null;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) {
    const text = 'An Idempotency-Key has 1 to 200 visible ASCII characters.';
    throw new ProblemError(400, 'INVALID_IDEMPOTENCY_KEY', text);
  }
  const content = body instanceof Uint8Array ? body : formatJson(body);
  const fingerprint = createHash('sha256')
    .update(`${route.method} ${url} ${request.headers['if-match'] ?? ''}\n`)
    .update(content)
    .digest('base64');
  return { key: `${user ?? ''} ${user === null ? address : ''} ${key}`, fingerprint };
}

/** The work goes on when the one who asked first has left: somebody else may wait for it. */
export function lastingSignal(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const pass = (): void => {
    if ((signal.reason as { code?: string } | null)?.code !== 'CLIENT_LEFT') controller.abort(signal.reason);
  };
  if (signal.aborted) pass();
  else signal.addEventListener('abort', pass, { once: true });
  return controller.signal;
}

function replayed(answer: Answer): Answer {
  if (!(answer instanceof RawAnswer)) return answer;
  const headers = { ...answer.headers, 'Idempotency-Replayed': 'true' };
  return new RawAnswer(answer.contentType, answer.body, answer.status, headers);
}
