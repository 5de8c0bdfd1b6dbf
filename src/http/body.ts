/**
 * Reading request bodies: bounded in size, one by one and all together, and strict about what they are.
 */
import type { IncomingMessage } from 'node:http';
import { CamServerError, errorText } from '../common/errors.js';
import { type JsonObject, type JsonValue, parseJson } from '../common/json.js';
import { HttpError } from './answer.js';
import type { BodyDefinition, BodyLimit, ObjectBody } from './route.js';

export type BodyLimits = Readonly<Record<BodyLimit, number>>;

/** Bytes. An image of 2560×2160 float64 is about 49 MB when pickled. */
export const defaultBodyLimits: BodyLimits = {
  json: 1024 * 1024,
  background: 128 * 1024 * 1024,
  code: 64 * 1024 * 1024,
};

/** Bodies of all requests that are being read at one time. */
const MAXIMUM_BYTES_HELD = 512 * 1024 * 1024;

export class BodyReader {
  private held = 0;

  constructor(private readonly limits: BodyLimits) {}

  /**
   * The body as the route declares it: an object, bytes, or null.
   * @throws HttpError 413 too large, 503 too many bodies at once; CamServerError with what is wrong otherwise
   */
  async read(
    request: IncomingMessage,
    definition: BodyDefinition | undefined,
  ): Promise<JsonObject | Buffer | null> {
    if (definition === undefined) return null;
    const limit = this.limits[definition.limit ?? 'json'];
    if (definition.kind === 'bytes') return this.bytes(request, limit, definition.what);
    if (!isJson(request.headers['content-type'])) {
      if (definition.required) throw missingBody(definition.what, request.headers['content-type']);
      return null;
    }
    const bytes = await this.bytes(request, limit, definition.what);
    return objectFrom(parseBody(bytes, definition), definition);
  }

  private async bytes(request: IncomingMessage, limit: number, what: string): Promise<Buffer> {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      throw new HttpError(
        415,
        'UNSUPPORTED_ENCODING',
        `Bodies with Content-Encoding '${encoding}' are not read.`,
      );
    }
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > limit) throw tooLarge(what, `${announced} bytes`, limit);
    if (request.destroyed) throw clientLeft();
    const parts: Buffer[] = [];
    let size = 0;
    try {
      return await new Promise<Buffer>((resolve, reject) => {
        request.on('data', (part: Buffer) => {
          size += part.length;
          this.held += part.length;
          if (size > limit) reject(tooLarge(what, `more than ${limit} bytes`, limit));
          else if (this.held > MAXIMUM_BYTES_HELD) reject(busy());
          else parts.push(part);
        });
        request.on('end', () => resolve(Buffer.concat(parts, size)));
        request.on('close', () => reject(clientLeft()));
        request.on('error', () => reject(clientLeft()));
      });
    } finally {
      request.removeAllListeners('data');
      request.resume();
      this.held -= size;
    }
  }
}

/** Exactly `application/json`, parameters allowed. */
function isJson(contentType: string | undefined): boolean {
  return /^\s*application\/json\s*(;|$)/i.test(contentType ?? '');
}

function parseBody(bytes: Buffer, definition: ObjectBody): JsonValue {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CamServerError('INVALID_BODY', `The ${definition.what} is not valid UTF-8.`);
  }
  if (text.trim() === '') return null;
  try {
    return definition.limit === 'background' ? parseLargeJson(text) : parseJson(text);
  } catch (error) {
    throw new CamServerError('INVALID_JSON', errorText(error), { cause: error });
  }
}

/** Millions of numbers; the built-in reader is ten times faster, but knows neither NaN nor our messages. */
function parseLargeJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return parseJson(text);
  }
}

function objectFrom(value: JsonValue, definition: ObjectBody): JsonObject | null {
  if (value === null) {
    if (definition.required) throw missingBody(definition.what, 'application/json');
    return null;
  }
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  const kind = Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  throw new CamServerError('INVALID_BODY', `The ${definition.what} must be a JSON object, not ${kind}.`);
}

function missingBody(what: string, contentType: string | undefined): CamServerError {
  const found = isJson(contentType)
    ? 'the body is empty or null'
    : `the request has ${contentType === undefined ? 'no Content-Type' : `Content-Type '${contentType}'`}`;
  return new CamServerError(
    'BODY_MISSING',
    `The ${what} is missing: send a JSON object with Content-Type 'application/json' (${found}).`,
  );
}

function tooLarge(what: string, size: string, limit: number): HttpError {
  return new HttpError(
    413,
    'BODY_TOO_LARGE',
    `Request too large: the ${what} has ${size}, the limit is ${limit} bytes.`,
  );
}

function busy(): HttpError {
  return new HttpError(503, 'BUSY', 'Too many large requests at the same time. Try again later.', {
    'Retry-After': '1',
  });
}

function clientLeft(): CamServerError {
  return new CamServerError('CLIENT_LEFT', 'The connection ended before the whole request had arrived.');
}
