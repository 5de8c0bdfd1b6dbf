import type { JSX } from 'preact';
import { pathTo } from '../../core/screens.js';
import { recordOf } from '../../core/values.js';
import { callJson } from '../../data/api.js';
import { plant } from '../../data/plant.js';
import { Link, StateBadge } from '../../ui/basics.jsx';
import { JsonTree } from '../../ui/json-tree.jsx';
import { Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import type { TabProps } from './instance.jsx';
import { StatisticsList } from './statistics.jsx';

export function InfoTab({ cluster, name, instance }: TabProps): JSX.Element | null {
  const path = `/api/v2/instances/${cluster}/${encodeURIComponent(name)}`;
  const details = useResource(`${path} ${instance?.configTag}`, (signal) =>
    callJson(cluster, path, { signal }),
  );
  if (instance === null) return null;
  return (
    <div class="columns">
      <Panel id="instance-statistics" title="Statistics" live>
        <p class="row">
          <StateBadge health={instance.health} />
          <span class="muted">
            {instance.health.rule}
            {instance.health.hint === null ? '' : `. ${instance.health.hint}`}
          </span>
        </p>
        <StatisticsList instance={instance} />
      </Panel>
      <div class="stack">
        <Panel id="instance-related" title="Connected with">
          <Related instance={instance} />
        </Panel>
        <Panel id="instance-config" title="Running configuration">
          <Loaded resource={details}>{(record) => <JsonTree value={recordOf(record.config)} />}</Loaded>
        </Panel>
      </div>
    </div>
  );
}

/** Its camera, and what else uses that camera. */
function Related({ instance }: { instance: NonNullable<TabProps['instance']> }): JSX.Element {
  const camera = instance.cluster === 'cameras' ? instance.name : instance.camera;
  const others = (plant.value?.instances ?? []).filter(
    (entry) =>
      entry.key !== instance.key &&
      camera !== null &&
      (entry.camera === camera || (entry.cluster === 'cameras' && entry.name === camera)),
  );
  if (others.length === 0) return <p class="muted">Nothing else uses {camera ?? 'it'} at the moment.</p>;
  return (
    <ul class="plain-list">
      {others.map((entry) => (
        <li key={entry.key}>
          <StateBadge health={entry.health} compact />{' '}
          <Link to={pathTo('i', entry.cluster, entry.name)}>{entry.name}</Link>{' '}
          <span class="muted">
            {entry.cluster === 'cameras' ? 'camera' : `pipeline, ${entry.pipelineType}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
