/**
 * A server of one service: its routes and those that every role has, its metrics, and one orderly end for both.
 */
import type { RequestHandler } from 'express';
import type { Registry } from 'prom-client';
import type { JsonObject } from '../common/json.js';
import type { Logging, LogRecord } from '../common/logging.js';
import { readTraceSettings, Tracer } from '../common/traces/index.js';
import type { AccessControl } from './access.js';
import type { AuditSink } from './audit.js';
import { commonRoutes } from './common-routes.js';
import type { Route } from './route.js';
import { type HttpServer, startHttpServer } from './server.js';

/** What a role adds to the server of a service: the second version of the interface, rules of access, the audit log. */
export interface ServerExtension {
  readonly routes: readonly Route[];
  readonly access?: AccessControl;
  readonly audit?: AuditSink;
  /** Asked after the routes, for example for the files of the console. */
  readonly handlers?: readonly RequestHandler[];
  /** Called once the server listens. */
  readonly started?: (server: HttpServer) => void;
  /** Called when the server begins to close, before running requests are waited for. */
  readonly closing?: () => void;
  close(): Promise<void>;
}

export interface ServiceServerOptions {
  /** `Camera worker`: heading of the front page and title of the API document. */
  readonly title: string;
  /** `/api/v1/cam` or `/api/v1/pipeline`. */
  readonly base: string;
  /** 0: one that the operating system chooses. */
  readonly port: number;
  readonly interface: string;
  /** Under which clients reach the server. */
  readonly hostname: string;
  readonly logging: Logging;
  /** Name of the logger of the service, such as `cam_server.camera`. */
  readonly logger: string;
  /** Whoever serves `/` here moves the page with the running instances to `/classic`. */
  readonly routes: readonly Route[];
  readonly service: {
    info(): Promise<JsonObject>;
    instanceLogs(name: string): Promise<readonly LogRecord[]>;
  };
  /** Called 0.1 s after a reset was asked for. */
  onReset(): void;
  /** Adds the figures of the service. */
  registerMetrics(registry: Registry): void;
  /** Ends what the service has started. */
  closeService(): Promise<void>;
  /** Makes what the role adds. `address` tells where clients reach the server; it is right once the server listens. */
  extend?(address: () => string): Promise<ServerExtension> | undefined;
}

export interface ServiceServer {
  /** Base address, `http://<interface>:<port>`. */
  readonly url: string;
  readonly port: number;
  /** Refuses new requests, stops all instances, and releases the port. */
  close(): Promise<void>;
}

/** @throws CamServerError when the port cannot be used; the service is closed then */
export async function startServiceServer(options: ServiceServerOptions): Promise<ServiceServer> {
  const { title, service, logging, hostname } = options;
  const log = logging.logger(options.logger);
  let { port } = options;
  let extension: ServerExtension | undefined;
  let tracer: Tracer | null = null;
  try {
    const traces = readTraceSettings(process.env);
    tracer =
      traces === null
        ? null
        : new Tracer(traces, `camserver ${title.toLowerCase()}`, {}, (text) => log.warning(text));
    extension = await options.extend?.(() => `http://${hostname}:${port}`);
    const http = await startHttpServer({
      name: title,
      port: options.port,
      interface: options.interface,
      log: logging.logger('cam_server.http'),
      tracer,
      ...(extension?.access === undefined ? {} : { access: extension.access }),
      ...(extension?.audit === undefined ? {} : { audit: extension.audit }),
      ...(extension?.handlers === undefined ? {} : { handlers: extension.handlers }),
      routes: [
        ...options.routes,
        ...(extension?.routes ?? []),
        ...commonRoutes({
          base: options.base,
          title,
          frontPath: options.routes.some((route) => route.path === '/') ? '/classic' : '/',
          serverLog: logging.ring,
          log,
          instanceLog: (name) => service.instanceLogs(name),
          activeInstances: async () => (await service.info()).active_instances as JsonObject,
          reset: options.onReset,
        }),
      ],
    });
    ({ port } = http);
    options.registerMetrics(http.metrics.registry);
    log.info(`${title} on ${http.url}.`);
    extension?.started?.(http);
    const close = async (): Promise<void> => {
      extension?.closing?.();
      await Promise.all([http.close(), options.closeService()]);
      await extension?.close();
      await tracer?.close();
    };
    return { url: http.url, port, close };
  } catch (error) {
    await options.closeService();
    await extension?.close();
    await tracer?.close();
    throw error;
  }
}
