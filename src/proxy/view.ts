/** The read side of a manager for `/api/v2`. */
import type { JsonObject } from '../common/json.js';
import type { Cluster } from './cluster.js';
import type { ClusterView, PlacementExplanation } from './cluster-view.js';
import type { PermanentInstances } from './permanent.js';
import { loadOf, type PlacementRequest } from './placement.js';
import { compactName } from './pool-configuration.js';
import type { PoolSettings } from './pool-settings.js';

/** Makes the request that placement would decide on. @throws CamServerError when there is no such configuration */
export type Explain = (query: {
  readonly instance: string | null;
  readonly configuration: string | null;
  readonly config: JsonObject | null;
  readonly originAddress: string | null;
}) => Promise<PlacementRequest>;

export interface ViewParts {
  readonly cluster: Cluster;
  readonly settings: PoolSettings;
  readonly permanent: PermanentInstances;
  readonly explain: Explain;
}

export function createView({ cluster, settings, permanent, explain }: ViewParts): ClusterView {
  return {
    family: cluster.family,
    workers: () => cluster.pool.view(),
    disabled: () => settings.disabled().map((address) => ({ address, compactName: compactName(address) })),
    permanent: () => permanent.view(),
    explain: async (query) => {
      const request = await explain(query);
      await cluster.pool.refresh();
      return explainPlacement(cluster, request);
    },
    onEvent: (listener) => cluster.events.listen(listener),
  };
}

function explainPlacement(cluster: Cluster, request: PlacementRequest): PlacementExplanation {
  const { instance, configuration, cameraName } = request;
  const snapshots = cluster.pool.snapshots();
  const candidates = snapshots.map((server) => {
    const watch = cluster.pool.watchOf(server.address)!;
    return {
      server: server.address,
      reachability: watch.reachability,
      age: watch.age,
      load: loadOf(server),
      cpu: server.cpu,
      expanding: server.expanding,
      draining: server.draining,
      limits: server.limits,
    };
  });
  const subject = { instance, configuration, cameraName, candidates };
  try {
    const { server, rule, port, explanation } = cluster.decide(request);
    return { ...subject, server: server.address, rule, port, explanation };
  } catch (error) {
    const explanation = (error as Error).cause as readonly string[];
    return { ...subject, server: null, rule: null, port: null, explanation };
  }
}
