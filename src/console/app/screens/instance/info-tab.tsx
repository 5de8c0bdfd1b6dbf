import type { JSX } from 'preact';
import { changesBetween } from '../../core/changes.js';
import type { JsonRecord } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { recordOf } from '../../core/values.js';
import { callJson } from '../../data/api.js';
import { plant } from '../../data/plant.js';
import { Link, StateBadge } from '../../ui/basics.jsx';
import { ChangeList } from '../../ui/diff-view.jsx';
import { JsonTree } from '../../ui/json-tree.jsx';
import { Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import type { TabProps } from './instance.jsx';
import { Started } from './started.jsx';
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
        <Started instance={instance} />
        <Panel id="instance-related" title="Connected with">
          <Related instance={instance} />
        </Panel>
        <Panel id="instance-drift" title="Against the stored configuration">
          <Loaded resource={details} lines={2}>
            {(record) => <Drift record={record} />}
          </Loaded>
        </Panel>
        <Panel id="instance-config" title="Running configuration">
          <Loaded resource={details}>{(record) => <JsonTree value={recordOf(record.config)} />}</Loaded>
        </Panel>
      </div>
    </div>
  );
}

/** What would change if it were started anew from what is stored. */
function Drift({ record }: { record: JsonRecord }): JSX.Element {
  if (record.stored_config == null) return <p class="muted">There is no stored configuration of it.</p>;
  const changes = changesBetween(recordOf(record.stored_config), recordOf(record.config));
  if (changes.length === 0) return <p class="muted">It runs as it is stored.</p>;
  return <ChangeList changes={changes} testId="instance-drift-changes" />;
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
