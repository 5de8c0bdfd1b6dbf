/**
 * Calls to one server: time-outs, cancellation, and errors as texts. Connections are kept alive between calls.
 */
import { CamServerError, errorText } from '../common/errors.js';
import { formatJson, type JsonObject, type JsonValue, parseAnswer } from '../common/json.js';
import { validName } from '../common/names.js';
import { currentRequest } from '../common/request-context.js';
import { exchange, type Request, type Response } from './exchange.js';

/** Milliseconds for the kinds of calls; a value covers the whole call, from connecting to the last byte. */
export interface Timeouts {
  /** Information that pollers ask for. Default 2000. */
  readonly info: number;
  /** Default 10 000. */
  readonly call: number;
  /** Starting and stopping instances. Default 100 000. */
  readonly start: number;
}

export interface CallOptions {
  /** Ends the call; it then fails with the reason of the signal. */
  readonly signal?: AbortSignal;
  /** Milliseconds instead of the default of the call. */
  readonly timeout?: number;
  /** Passed on as `X-Request-Id`, so that the logs of all servers show one id. */
  readonly requestId?: string;
}

export interface Call extends CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Parameters with the value undefined are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly json?: JsonValue;
  /** Sent as they are. */
  readonly bytes?: Uint8Array;
  readonly kind?: keyof Timeouts;
}

let serviceToken: string | null = null;

/**
 * Shown to every server that this process calls from now on, with the name of the user whose request is being served.
 * @param token null: none
 */
export function useServiceToken(token: string | null): void {
  serviceToken = token;
}

/** For processes of this server that call others as well. */
export function presentServiceToken(): string | null {
  return serviceToken;
}

const DEFAULT_TIMEOUTS: Timeouts = { info: 2000, call: 10_000, start: 100_000 };

/**
 * Failures are CamServerError: `SERVER_ERROR` with the text of the server; `SERVER_UNREACHABLE`, `SERVER_TIMEOUT` and
 * `SERVER_ANSWER` (not an answer of such a server) with the address and the reason.
 */
export class Connection {
  /** Without a slash at the end. */
  readonly address: string;
  readonly timeouts: Timeouts;

  /** @param address for example `http://host:8888/` */
  constructor(address: string, timeouts: Partial<Timeouts> = {}) {
    if (!/^https?:\/\/[^/\s]+\/?$/.test(address) || !URL.canParse(address)) {
      throw new CamServerError(
        'INVALID_ADDRESS',
        `'${address}' is not a server address such as http://host:8888.`,
      );
    }
    this.address = address.replace(/\/$/, '');
    this.timeouts = { ...DEFAULT_TIMEOUTS, ...timeouts };
  }

  /** A call that is answered with an envelope. @returns all its members */
  async envelope(path: string, call: Call = {}): Promise<JsonObject> {
    const { body } = await this.perform(path, call);
    return this.readEnvelope(path, call, body);
  }

  /** A call that is answered with something else, for example a picture; errors still come as envelopes. */
  async content(path: string, call: Call = {}): Promise<Buffer> {
    const { body, contentType } = await this.perform(path, call);
    if (contentType.startsWith('application/json')) this.readEnvelope(path, call, body);
    return body;
  }

  private readEnvelope(path: string, call: Call, body: Buffer): JsonObject {
    let answer: JsonValue;
    try {
      answer = parseAnswer(body.toString('utf8'));
    } catch {
      answer = null;
    }
    if (
      typeof answer !== 'object' ||
      answer === null ||
      Array.isArray(answer) ||
      answer.state === undefined
    ) {
      const start = body.toString('utf8', 0, 80).replace(/\s+/g, ' ');
      throw new CamServerError(
        'SERVER_ANSWER',
        `${this.subject(path, call)}: not an answer of CamServer: ${start}`,
      );
    }
    if (answer.state !== 'ok') throw new CamServerError('SERVER_ERROR', String(answer.status));
    return answer;
  }

  private async perform(path: string, call: Call): Promise<Response> {
    const timeout = call.timeout ?? this.timeouts[call.kind ?? 'call'];
    call.signal?.throwIfAborted();
    const controller = new AbortController();
    const onAbort = (): void => controller.abort();
    call.signal?.addEventListener('abort', onAbort);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      controller.abort();
    }, timeout);
    try {
      return await exchange({ url: this.url(path, call), ...requestOf(call), signal: controller.signal });
    } catch (error) {
      call.signal?.throwIfAborted();
      if (isLate) {
        const text = `${this.subject(path, call)}: no answer within ${timeout / 1000} s.`;
        throw new CamServerError('SERVER_TIMEOUT', text, { cause: error });
      }
      throw new CamServerError(
        'SERVER_UNREACHABLE',
        `${this.address} cannot be reached: ${errorText(error)}.`,
        {
          cause: error,
        },
      );
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
    }
  }

  private url(path: string, { query = {} }: Call): string {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, value);
    return this.address + path + (parameters.size === 0 ? '' : `?${parameters}`);
  }

  private subject(path: string, call: Call): string {
    return `${call.method ?? 'GET'} ${this.address}${path}`;
  }
}

/** A name as one segment of a path. @throws CamServerError INVALID_NAME */
export function segment(kind: string, name: string): string {
  return encodeURIComponent(validName(kind, name));
}

function requestOf(call: Call): Pick<Request, 'method' | 'headers' | 'body'> {
  const headers: Record<string, string> = {};
  const served = currentRequest();
  const requestId = call.requestId ?? served?.id;
  if (requestId !== undefined) headers['X-Request-Id'] = requestId;
  if (serviceToken !== null) {
    headers.Authorization = `Bearer ${serviceToken}`;
    if (served !== null && served.actor !== null)
      headers['X-CamServer-User'] = encodeURIComponent(served.actor);
  }
  if (call.json !== undefined) headers['Content-Type'] = 'application/json';
  const body = call.json === undefined ? (call.bytes ?? null) : formatJson(call.json);
  return { method: call.method ?? 'GET', headers, body };
}
