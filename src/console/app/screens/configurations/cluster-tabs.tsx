import type { JSX } from 'preact';
import { CLUSTERS, type Cluster } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { screen } from '../../data/navigation.js';
import { plant } from '../../data/plant.js';
import { Tabs } from '../../ui/tabs.jsx';

const LABELS = { pipelines: 'Pipelines', cameras: 'Cameras' } as const;

export function currentCluster(): Cluster {
  return screen.value.parameters.cluster === 'cameras' ? 'cameras' : 'pipelines';
}

/** Chooses between the two clusters in screens that show one at a time. */
export function ClusterTabs({ path }: { path: string }): JSX.Element {
  const known = CLUSTERS.filter(
    (cluster) => plant.value?.managers.some((entry) => entry.cluster === cluster) ?? true,
  );
  return (
    <Tabs
      label="Cluster"
      current={currentCluster()}
      tabs={known.map((cluster) => ({ key: cluster, label: LABELS[cluster], path: pathTo(path, cluster) }))}
    />
  );
}
