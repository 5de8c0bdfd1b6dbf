/**
 * A server of one service: its routes and those that every role has, its metrics, and one orderly end for both.
 */
import type { Registry } from 'prom-client';
import type { JsonObject } from '../common/json.js';
import type { Logging, LogRecord } from '../common/logging.js';
import { commonRoutes } from './common-routes.js';
import type { Route } from './route.js';
import { startHttpServer } from './server.js';

export interface ServiceServerOptions {
  /** `Camera worker`: heading of the front page and title of the API document. */
  readonly title: string;
  /** `/api/v1/cam` or `/api/v1/pipeline`. */
  readonly base: string;
  /** 0: one that the operating system chooses. */
  readonly port: number;
  readonly interface: string;
  readonly logging: Logging;
  /** Name of the logger of the service, such as `cam_server.camera`. */
  readonly logger: string;
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
  const { title, service, logging } = options;
  const log = logging.logger(options.logger);
  try {
    const http = await startHttpServer({
      name: title,
      port: options.port,
      interface: options.interface,
      log: logging.logger('cam_server.http'),
      routes: [
        ...options.routes,
        ...commonRoutes({
          base: options.base,
          title,
          serverLog: logging.ring,
          log,
          instanceLog: (name) => service.instanceLogs(name),
          activeInstances: async () => (await service.info()).active_instances as JsonObject,
          reset: options.onReset,
        }),
      ],
    });
    options.registerMetrics(http.metrics.registry);
    log.info(`${title} on ${http.url}.`);
    const close = async (): Promise<void> => {
      await Promise.all([http.close(), options.closeService()]);
    };
    return { url: http.url, port: http.port, close };
  } catch (error) {
    await options.closeService();
    throw error;
  }
}
