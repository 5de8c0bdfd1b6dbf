/**
 * Writing answers. They go out through plain Node calls, because express adds a charset and an ETag that the contract does not have.
 */
import type { ServerResponse } from 'node:http';
import { CamServerError, errorText } from '../common/errors.js';
import { formatJson } from '../common/json.js';

/** An answer that is not an envelope. */
export class RawAnswer {
  constructor(
    readonly contentType: string,
    readonly body: string | Uint8Array,
    readonly status = 200,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

/** An answer that goes on until the client leaves or the server closes, for example server-sent events. */
export class StreamAnswer {
  /** @param serve writes head and body; resolves when it is done, at the latest soon after `signal` */
  constructor(readonly serve: (response: ServerResponse, signal: AbortSignal) => Promise<void>) {}
}

export function pngAnswer(png: Uint8Array): RawAnswer {
  return new RawAnswer('image/png', png);
}

export function textAnswer(text: string): RawAnswer {
  return new RawAnswer('text/plain; charset=UTF-8', text);
}

/** A page that loads nothing from elsewhere and runs no script. */
export function htmlAnswer(html: string): RawAnswer {
  return new RawAnswer('text/html; charset=UTF-8', html, 200, {
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
  });
}

/** JSON without the envelope. */
export function jsonAnswer(value: unknown, status = 200): RawAnswer {
  return new RawAnswer('application/json', formatJson(value), status);
}

/** The envelope of a failure; with another status than 200 only where the contract has one (404, 405, 413, 400). */
export function errorAnswer(
  text: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): RawAnswer {
  return new RawAnswer('application/json', formatJson({ state: 'error', status: text }), status, headers);
}

/** A failure for which the contract has an HTTP status of its own. */
export class HttpError extends CamServerError {
  override name = 'HttpError';

  constructor(
    readonly status: number,
    code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(code, message);
  }
}

/** The answer for anything that was thrown; texts only, never a stack. */
export function answerForError(error: unknown): RawAnswer {
  const text = errorText(error) || 'Unknown error';
  return error instanceof HttpError ? errorAnswer(text, error.status, error.headers) : errorAnswer(text);
}

/** Sends an answer; does nothing when one was sent already or the client has gone. */
export function sendAnswer(response: ServerResponse, answer: RawAnswer): void {
  if (response.headersSent || response.destroyed) return;
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  if (answer.contentType !== '') response.setHeader('Content-Type', answer.contentType);
  response.setHeader('Content-Length', body.byteLength);
  response.end(body);
}
