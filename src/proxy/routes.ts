/** The REST interface of the cluster, written once for managers and proxies of both families. */
import type { Route } from '../http/index.js';
import { clusterRoutes } from './routes/cluster.js';
import { diagnosticsRoutes } from './routes/diagnostics.js';
import { serverLogRoutes } from './routes/logs.js';
import type { ProxyService } from './routes/service.js';
import { settingsRoutes } from './routes/settings.js';

const PROXY_BASE = '/api/v1/proxy';

/** All routes below `/api/v1/proxy`; of paths that fit two routes the first one wins, as in the original. */
export function proxyRoutes(service: ProxyService): Route[] {
  return [
    ...clusterRoutes(PROXY_BASE, service),
    ...settingsRoutes(PROXY_BASE, service),
    ...diagnosticsRoutes(PROXY_BASE, service),
    ...serverLogRoutes(PROXY_BASE, service),
    // the Python client leaves out `/proxy`
    ...serverLogRoutes('/api/v1', service),
  ];
}
