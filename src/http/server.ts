/**
 * Listening, and an orderly end: new requests are refused, running ones are finished, then the port is released.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CamServerError, errorText } from '../common/errors.js';
import {
  type Application,
  type ApplicationOptions,
  createApplication,
  defaultDeadline,
} from './application.js';
import { healthRoutes } from './health-routes.js';
import type { HttpMetrics } from './metrics.js';
import { openApiRoutes } from './openapi.js';
import type { Route } from './route.js';

export interface HttpServerOptions extends ApplicationOptions {
  /** Title in the API document. */
  readonly name: string;
  /** Default `0.0.0.0`. */
  readonly interface?: string;
  /** 0 lets the operating system choose. */
  readonly port: number;
  /** Connections beyond are refused. Default 1000. */
  readonly maximumConnections?: number;
  /** Whether the server can do its work, for `/health/ready`; throws or returns a text when not. */
  readonly readiness?: () => Promise<string | null> | string | null;
}

export interface HttpServer {
  /** `http://<interface>:<port>` */
  readonly url: string;
  readonly port: number;
  readonly application: Application;
  readonly metrics: HttpMetrics;
  /** All that it serves. */
  readonly routes: readonly Route[];
  /** For protocol upgrades. */
  readonly server: Server;
  /**
   * Refuses new requests, waits for the running ones at most `grace` milliseconds (default 10 000), aborts the rest, and
   * releases the port. May be called more than once.
   */
  close(grace?: number): Promise<void>;
}

/**
 * Starts a server with the given routes, `/health/live`, `/health/ready`, `/metrics` and `/api/v1/openapi.json`.
 * @throws CamServerError LISTEN_FAILED when the port is taken or not allowed
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const state: { application?: Application } = {};
  const ownRoutes = healthRoutes({
    isDraining: () => state.application?.isDraining ?? false,
    readiness: options.readiness ?? (() => null),
    metrics: () => state.application!.metrics,
  });
  const routes: Route[] = [...options.routes, ...ownRoutes];
  const application = createApplication({
    ...options,
    routes: [...routes, ...openApiRoutes(options.name, routes)],
  });
  state.application = application;

  const server = createServer({ maxHeaderSize: 64 * 1024 }, application.express);
  server.maxConnections = options.maximumConnections ?? 1000;
  server.headersTimeout = 10_000;
  server.requestTimeout = 120_000;
  server.keepAliveTimeout = 30_000;
  // a client that neither sends nor reads; longer than any handler may take
  server.timeout = longestDeadline(options) + 20_000;
  await listen(server, options.port, options.interface ?? '0.0.0.0');
  const { address, port } = server.address() as AddressInfo;
  const host = address.includes(':') ? `[${address}]` : address;

  let closed: Promise<void> | null = null;
  return {
    url: `http://${host}:${port}`,
    port,
    application,
    metrics: application.metrics,
    routes,
    server,
    close: (grace = 10_000) => {
      closed ??= close(server, application, grace);
      return closed;
    },
  };
}

function longestDeadline({ routes, deadline = defaultDeadline }: HttpServerOptions): number {
  return Math.max(deadline, ...routes.map((route) => route.deadline ?? 0));
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason = 'code' in error && error.code === 'EADDRINUSE' ? 'the port is in use' : errorText(error);
      reject(
        new CamServerError('LISTEN_FAILED', `Cannot listen on ${host}:${port}: ${reason}.`, { cause: error }),
      );
    });
    server.listen(port, host, resolve);
  });
}

async function close(server: Server, application: Application, grace: number): Promise<void> {
  const released = new Promise<void>((resolve) => server.once('close', () => resolve()));
  let timer: NodeJS.Timeout | undefined;
  const graceOver = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      application.abort();
      resolve();
    }, grace);
  });
  await Promise.race([application.drain(), graceOver]);
  clearTimeout(timer);
  server.close();
  server.closeIdleConnections();
  const force = setTimeout(() => server.closeAllConnections(), 500);
  await released;
  clearTimeout(force);
}
