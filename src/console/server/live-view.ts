/**
 * The live view of a server: WebSockets below `/api/v2/view`, and single messages, frames and pixels over plain HTTP. Nothing
 * is asked of an instance that nobody looks at.
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { errorText } from '../../common/errors.js';
import { validName } from '../../common/names.js';
import {
  type AccessControl,
  HttpError,
  type HttpServer,
  type Identity,
  type ServerExtension,
} from '../../http/index.js';
import { COMPANION } from '../live-protocol.js';
import { relayViewer } from './relay.js';
import { readCluster, unknownInstance, VIEW_PATH, type ViewRouteOptions, viewRoutes } from './view-routes.js';
import { ViewerSession } from './viewer-session.js';
import type { Whereabouts } from './views.js';

export interface LiveViewOptions extends ViewRouteOptions {
  /** Viewers at the same time; default 100. */
  readonly maximumViewers?: number;
  /** The rules of the site, once they are known. */
  access(): AccessControl;
}

export interface LiveView extends ServerExtension {
  /** People who look at an instance through this server. */
  viewers(instance: string): number;
}

interface Target {
  readonly instance: string;
  readonly place: Exclude<Whereabouts, 'unknown'>;
}

const DEFAULT_MAXIMUM = 100;
const LARGEST_REQUEST = 64 * 1024;
/** Milliseconds that a viewer has to answer the end of the connection. */
const CLOSE_TIME = 500;
/** Code of a connection that finds no place; from 4000 on they are free for applications. */
const TOO_MANY = 4503;
/** Milliseconds between signs of life. */
const PING_INTERVAL = 20_000;

export function createLiveView(options: LiveViewOptions): LiveView {
  const counts = new Map<string, number>();
  const routes = viewRoutes(options);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_REQUEST,
    perMessageDeflate: false,
  });
  const count = (instance: string, change: number): void => {
    const present = (counts.get(instance) ?? 0) + change;
    if (present > 0) counts.set(instance, present);
    else counts.delete(instance);
  };
  /** Names of those who are connected, one for each connection. */
  const holders: string[] = [];
  /** Browsers see no status of a refused WebSocket: so it is opened, and says why it ends. */
  const turnAway = (viewer: WebSocket): void => {
    const message = `This server shows pictures in ${holders.length} windows, as many as it can; they are held by ${listed(holders)}.`;
    viewer.on('error', () => viewer.terminate());
    viewer.send(JSON.stringify({ type: 'ended', code: 'TOO_MANY_VIEWERS', message }));
    viewer.close(TOO_MANY, 'too many viewers');
  };
  const viewers = (instance: string): number => counts.get(instance) ?? 0;

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const target = findTarget(request, options);
      const identity = await authorize(request);
      const isFull = sockets.clients.size >= (options.maximumViewers ?? DEFAULT_MAXIMUM);
      sockets.handleUpgrade(request, socket, head, (viewer) => {
        if (isFull) turnAway(viewer);
        else serve(viewer, request, target, identity);
      });
    } catch (error) {
      refuse(socket, error);
    }
  }

  function serve(
    viewer: WebSocket,
    request: IncomingMessage,
    { instance, place }: Target,
    identity: Identity,
  ): void {
    watch(viewer);
    const who = identity.user ?? 'anonymous';
    holders.push(who);
    viewer.on('close', () => holders.splice(holders.indexOf(who), 1));
    // a further window of somebody who is counted already
    const isCompanion = new URL(request.url!, 'http://server').searchParams.has(COMPANION);
    if (!isCompanion) {
      count(instance, 1);
      viewer.on('close', () => count(instance, -1));
    }
    if (place !== 'here') {
      relayViewer(viewer, new URL(request.url!, place.server).href, options.headers(identity));
      return;
    }
    const session = new ViewerSession({
      socket: viewer,
      instance,
      ask: options.ask,
      viewers: () => viewers(instance),
    });
    void session.run();
  }

  async function authorize(request: IncomingMessage): Promise<Identity> {
    const access = options.access();
    const route = routes.find(({ path }) => path === VIEW_PATH)!;
    const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const identity = await access.identify(request, route, address);
    // a page of another site must not look with the cookie of this one
    const { origin } = request.headers;
    if (
      identity.method === 'session' &&
      origin !== undefined &&
      !(URL.canParse(origin) && new URL(origin).host === request.headers.host)
    ) {
      throw new HttpError(403, 'FOREIGN_ORIGIN', `Pages of ${origin} may not use this session.`);
    }
    access.authorize(identity, route);
    return identity;
  }

  return {
    routes,
    viewers,
    started: ({ server }: HttpServer) => {
      server.on('upgrade', (request, socket, head) => void upgrade(request, socket, head));
    },
    closing: () => {
      sockets.close();
      for (const viewer of sockets.clients) {
        viewer.close(1001, 'server closes');
        setTimeout(() => viewer.terminate(), CLOSE_TIME).unref();
      }
    },
    close: async () => {},
  };
}

/** @throws CamServerError, HttpError */
function findTarget(request: IncomingMessage, { locate }: LiveViewOptions): Target {
  const { pathname } = new URL(request.url ?? '/', 'http://server');
  const match = /^\/api\/v2\/view\/([^/]+)\/([^/]+)$/.exec(pathname);
  if (match === null) throw new HttpError(404, 'NO_ROUTE', `There is no WebSocket at '${pathname}'.`);
  const [cluster, instance] = [match[1]!, match[2]!].map(decodeURIComponent) as [string, string];
  const place = locate(readCluster(cluster), validName('instance', instance));
  if (place === 'unknown') throw unknownInstance(instance);
  return { instance, place };
}

/** `vera (3), otto`: who has most first. */
function listed(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => (count === 1 ? name : `${name} (${count})`)).join(', ');
}

/** Ends connections whose other side is gone. */
function watch(viewer: WebSocket): void {
  let isAlive = true;
  const timer = setInterval(() => {
    if (!isAlive) viewer.terminate();
    isAlive = false;
    viewer.ping();
  }, PING_INTERVAL);
  viewer.on('pong', () => {
    isAlive = true;
  });
  viewer.on('close', () => clearInterval(timer));
  viewer.on('error', () => viewer.terminate());
}

function refuse(socket: Duplex, error: unknown): void {
  const status = error instanceof HttpError ? error.status : 404;
  const text = errorText(error);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: text/plain; charset=UTF-8\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}
