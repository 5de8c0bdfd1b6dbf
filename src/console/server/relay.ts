/**
 * Passes viewers on to the server where the instance runs, so that a browser needs to reach one server only.
 */
import { type RawData, WebSocket } from 'ws';
import { CamServerError, errorText } from '../../common/errors.js';

/** Milliseconds. */
const CONNECT_TIMEOUT = 5000;
/** Beyond this the other side waits: a frame of a large image, at most. */
const MOST_BUFFERED = 32 * 1024 * 1024;
/** Messages of a viewer that wait for the connection; one that sends more is no viewer. */
const MOST_EARLY = 100;
const LARGEST_MESSAGE = 256 * 1024 * 1024;

/** Connects a viewer with the same path on another server; ends when one of them does. */
export function relayViewer(viewer: WebSocket, url: string, headers: Readonly<Record<string, string>>): void {
  const server = new WebSocket(url.replace(/^http/, 'ws'), {
    headers,
    handshakeTimeout: CONNECT_TIMEOUT,
    maxPayload: LARGEST_MESSAGE,
    perMessageDeflate: false,
  });
  const early: [RawData, boolean][] = [];
  viewer.on('message', (data: RawData, isBinary: boolean) => {
    if (early.length >= MOST_EARLY || server.bufferedAmount > MOST_BUFFERED) viewer.terminate();
    else if (server.readyState === WebSocket.OPEN) server.send(data, { binary: isBinary });
    else if (server.readyState === WebSocket.CONNECTING) early.push([data, isBinary]);
  });
  server.on('open', () => {
    for (const [data, isBinary] of early.splice(0)) server.send(data, { binary: isBinary });
  });
  server.on('message', (data: RawData, isBinary: boolean) => {
    if (viewer.bufferedAmount < MOST_BUFFERED) viewer.send(data, { binary: isBinary });
    else viewer.terminate();
  });
  viewer.on('close', () => server.close());
  server.on('close', (code, reason) => viewer.close(code >= 4000 ? code : 1001, reason));
  server.on('error', (error) => {
    viewer.send(
      JSON.stringify({ type: 'ended', code: 'SERVER_UNREACHABLE', message: `${url}: ${errorText(error)}` }),
    );
    viewer.close(4502, 'server unreachable');
  });
}

/**
 * The answer of another server to the same request.
 * @param timeout milliseconds
 */
export async function relayRequest(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  timeout: number,
): Promise<{ status: number; contentType: string; disposition: string | null; body: Uint8Array }> {
  try {
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    const response = await fetch(url, { headers, signal: inTime, redirect: 'error' });
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? 'application/octet-stream',
      disposition: response.headers.get('content-disposition'),
      body: new Uint8Array(await response.arrayBuffer()),
    };
  } catch (error) {
    throw new CamServerError(
      'SERVER_UNREACHABLE',
      `${new URL(url).origin} did not answer: ${errorText(error)}`,
    );
  }
}
