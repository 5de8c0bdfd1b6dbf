/**
 * One request and its complete answer, on connections that are kept for the next calls. `fetch` would do the same, but
 * loading it costs each instance process 20 ms of its start and 4 MB.
 */
import {
  Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
  request,
} from 'node:http';
import { errorText } from '../common/errors.js';

export interface Request {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  /** Ends the exchange, which then fails. */
  readonly signal: AbortSignal;
}

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Empty when the server does not say. */
  readonly contentType: string;
}

const REDIRECTS = [301, 302, 303, 307, 308];

type Transport = (options: RequestOptions) => ClientRequest;

/** Unused connections do not keep a process alive. */
const plainAgent = new Agent({ keepAlive: true });
let secureTransport: Transport | null = null;

/** @throws Error when there is no complete answer: the address is wrong, the connection fails, the server redirects */
export async function exchange(sent: Request): Promise<Response> {
  const url = new URL(sent.url);
  const transport = url.protocol === 'https:' ? await loadSecureTransport() : plainTransport;
  const message = await answerTo(transport, url, sent);
  if (REDIRECTS.includes(message.statusCode!)) {
    message.destroy();
    throw new Error(`it redirects to ${message.headers.location ?? 'nowhere'}`);
  }
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  const { headers } = message;
  const contentType = headers['content-type'] ?? '';
  return { status: message.statusCode!, headers, body: Buffer.concat(parts), contentType };
}

function plainTransport(options: RequestOptions): ClientRequest {
  return request({ ...options, agent: plainAgent });
}

async function loadSecureTransport(): Promise<Transport> {
  if (secureTransport === null) {
    const https = await import('node:https');
    const agent = new https.Agent({ keepAlive: true });
    secureTransport = (options) => https.request({ ...options, agent });
  }
  return secureTransport;
}

/** A server may close an idle connection in the moment in which it is used again: then another one is taken. */
async function answerTo(transport: Transport, url: URL, sent: Request): Promise<IncomingMessage> {
  for (;;) {
    const attempt = transport({
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port,
      path: url.pathname + url.search,
      method: sent.method,
      headers: { ...sent.headers, ...lengthOf(sent.body) },
      signal: sent.signal,
    });
    try {
      return await new Promise<IncomingMessage>((resolve, reject) => {
        attempt.once('response', resolve);
        attempt.on('error', reject);
        attempt.end(sent.body ?? undefined);
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!attempt.reusedSocket || (code !== 'ECONNRESET' && code !== 'EPIPE')) throw withReasons(error);
    }
  }
}

/** A host with several addresses has one reason for each. */
function withReasons(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  return new Error(error.errors.map(errorText).join(', '), { cause: error });
}

function lengthOf(body: Request['body']): Record<string, string> {
  return body === null ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
}
