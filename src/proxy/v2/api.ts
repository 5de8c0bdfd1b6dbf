/**
 * `/api/v2` of a server: a manager with its cluster, or a standalone server or worker as a cluster of one.
 */
import type { Route, ServerExtension } from '../../http/index.js';
import type { ClusterView } from '../cluster-view.js';
import { EventHub } from './event-hub.js';
import { LocalCluster } from './local-cluster.js';
import { Plant } from './plant.js';
import type { ClusterName, ServerRole } from './records.js';
import { RemoteCluster } from './remote-cluster.js';
import { snapshotRoutes } from './snapshot-routes.js';

export interface ApiParts {
  readonly cluster: ClusterName;
  readonly role: ServerRole;
  /** `Pipeline manager` */
  readonly name: string;
  /** Where this server answers; asked for after it listens. */
  readonly url: () => string;
  readonly view: ClusterView;
  /** How many people look at an instance of this server; default: nobody can. */
  readonly viewers?: (instance: string) => number;
  /** The server of the other cluster, which this one shows as well; null for none. */
  readonly peer: { readonly cluster: ClusterName; readonly address: string } | null;
}

export interface Api extends ServerExtension {
  readonly hub: EventHub;
  readonly plant: Plant;
}

export function createApi(parts: ApiParts): Api {
  const hub = new EventHub();
  const local = new LocalCluster({ ...parts, viewers: parts.viewers ?? (() => 0) });
  const peers = parts.peer === null ? [] : [new RemoteCluster({ ...parts.peer, headers: {} })];
  const plant = new Plant([local, ...peers], hub);
  const stopListening = parts.view.onEvent((event) => {
    if (event.type !== 'polled') plant.lookSoon();
  });
  const routes: Route[] = snapshotRoutes({ ...parts, plant, hub });
  return {
    hub,
    plant,
    routes,
    close: async () => {
      stopListening();
      plant.close();
    },
  };
}
