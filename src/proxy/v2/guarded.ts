/** What a proxy has of version 2: rules of access and the audit log. The plant is shown by the servers behind it. */
import { hostname } from 'node:os';
import type { Logging } from '../../common/logging.js';
import { type Route, type ServerExtension, sessionRoutes } from '../../http/index.js';
import { accountRoutes } from './accounts/routes.js';
import { auditRoutes } from './audit-routes.js';
import { type FoundationOptions, openFoundation } from './foundation.js';
import type { ClusterName } from './records.js';

/** @throws CamServerError, see `openFoundation` */
export async function guardedApi(
  cluster: ClusterName,
  options: FoundationOptions,
  logging: Logging,
): Promise<ServerExtension> {
  const { audit, policy, accounts, close } = await openFoundation(options, logging);
  const server = hostname();
  let served: readonly Route[] = [];
  const routes: Route[] = [
    ...auditRoutes({ cluster, log: audit, peer: null }),
    ...accountRoutes(accounts),
    ...sessionRoutes(policy, () => served),
  ];
  return {
    routes,
    audit: { record: ({ time, ...entry }) => audit.append({ time, cluster, server, ...entry }) },
    ...(policy === null ? {} : { access: policy }),
    started: (server) => {
      served = server.routes;
    },
    close,
  };
}
