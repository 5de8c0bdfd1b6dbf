/**
 * `/api/v2` of a server: a manager with its cluster, or a standalone server or worker as a cluster of one.
 */
import { hostname } from 'node:os';
import { type AuditSink, type Route, type ServerExtension, sessionRoutes } from '../../http/index.js';
import type { ClusterView } from '../cluster-view.js';
import { auditRoutes } from './audit-routes.js';
import { EventHub } from './event-hub.js';
import type { Foundation } from './foundation.js';
import { LocalCluster } from './local-cluster.js';
import { Peer, perCluster } from './peer.js';
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
  readonly foundation: Foundation;
  /** Called when a request has changed something, before the plant is looked at. */
  readonly onChange?: () => Promise<void>;
}

export interface Api extends ServerExtension {
  readonly hub: EventHub;
  readonly plant: Plant;
}

export function createApi(parts: ApiParts): Api {
  const { cluster, foundation } = parts;
  const { audit, policy, serviceToken } = foundation;
  const hub = new EventHub();
  const peer = parts.peer === null ? null : new Peer({ ...parts.peer, serviceToken });
  const local = new LocalCluster({ ...parts, viewers: parts.viewers ?? (() => 0) });
  const remote = peer === null ? [] : [new RemoteCluster(peer)];
  const plant = new Plant([local, ...remote], hub);
  const stopListening = parts.view.onEvent((event) => {
    if (event.type !== 'polled') plant.lookSoon();
  });
  const stopAuditing = audit.onRecord((record) => hub.publish('audit', 'audit', cluster, record));
  const routes: Route[] = [
    ...snapshotRoutes({ ...parts, plant, hub }),
    ...perCluster(cluster, peer, auditRoutes(audit)),
    ...sessionRoutes(policy, () => routes),
  ];
  return {
    hub,
    plant,
    routes,
    audit: auditSink(parts, plant),
    ...(policy === null ? {} : { access: policy }),
    close: async () => {
      stopListening();
      stopAuditing();
      plant.close();
      await audit.close();
    },
  };
}

/** Adds what the log of one server says in each record, and looks at what the request has changed. */
function auditSink({ cluster, foundation, onChange }: ApiParts, plant: Plant): AuditSink {
  const server = hostname();
  return {
    record: async (entry) => {
      const { time, ...rest } = entry;
      await foundation.audit.append({ time, cluster, server, ...rest });
      void onChange?.().then(() => plant.lookSoon());
    },
  };
}
