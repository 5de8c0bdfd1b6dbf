/** A server on a port of its own with the given routes, closed after each test. */

import { Logging } from '../../src/common/logging.js';
import {
  type HttpServer,
  type HttpServerOptions,
  type Route,
  startHttpServer,
} from '../../src/http/index.js';

export interface TestServer extends HttpServer {
  readonly logging: Logging;
}

const started: HttpServer[] = [];

export async function serve(
  routes: readonly Route[],
  options: Partial<HttpServerOptions> = {},
): Promise<TestServer> {
  const logging = new Logging({ level: 'DEBUG', destination: null });
  const server = await startHttpServer({
    name: 'Test',
    interface: '127.0.0.1',
    port: 0,
    log: logging.logger('cam_server.http'),
    routes,
    ...options,
  });
  started.push(server);
  return Object.assign(server, { logging });
}

/** For `afterEach`. */
export async function closeServers(): Promise<void> {
  await Promise.all(started.splice(0).map((server) => server.close(0)));
}
