/** Starting an instance to try something: choose, create, watch, stop, or keep. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Cluster } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { type ConfigurationEntry, listConfigurations } from '../../data/configurations.js';
import { queryValue } from '../../data/navigation.js';
import { session } from '../../data/session.js';
import { Link } from '../../ui/basics.jsx';
import { Icon } from '../../ui/icons.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { SearchField } from '../../ui/search-field.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { ClusterTabs, currentCluster } from '../configurations/cluster-tabs.jsx';
import { Create } from './create.jsx';
import { Created } from './created.jsx';

export function LaunchScreen(): JSX.Element {
  const { permissions, user, role } = session.value;
  return (
    <div class="fill-screen">
      <PageHead title="Launch and test" />
      {permissions.has('instance.create') ? (
        <Launch />
      ) : (
        <Panel id="launch-create" title="Create" state="denied">
          <Empty title="Needs the role operator" testId="denied">
            <p class="muted">
              You are {user ?? 'anonymous'} with the role {role}: you can watch what runs, and start nothing.
            </p>
            <Link to={pathTo('overview')}>What runs now</Link>
          </Empty>
        </Panel>
      )}
    </div>
  );
}

function Launch(): JSX.Element {
  const cluster = currentCluster();
  const configuration = queryValue('config');
  const fromText = cluster === 'pipelines' && queryValue('new') === '1';
  const created = queryValue('id');
  return (
    <>
      <ClusterTabs path="launch" />
      <div class="two-columns">
        <Configurations cluster={cluster} chosen={configuration} fromText={fromText} />
        {configuration === '' && !fromText ? (
          <Panel id="launch-create" title="Create" state="empty">
            <Empty title="Choose a configuration">
              <p class="muted">It is started beside what runs already, under a name of its own.</p>
            </Empty>
          </Panel>
        ) : (
          <div class="stack launch-stack">
            <Create
              key={`${cluster} ${configuration}`}
              cluster={cluster}
              configuration={fromText ? null : configuration}
            />
            {created !== '' && (
              <Created key={created} cluster={cluster} name={created} configuration={configuration} />
            )}
          </div>
        )}
      </div>
    </>
  );
}

interface ConfigurationsProps {
  readonly cluster: Cluster;
  readonly chosen: string;
  readonly fromText: boolean;
}

function Configurations({ cluster, chosen, fromText }: ConfigurationsProps): JSX.Element {
  const list = useResource(`configs ${cluster}`, (signal) => listConfigurations(cluster, signal));
  // not in the address: there `q` belongs to the channels of the message
  const [filter, setFilter] = useState('');
  return (
    <Panel
      id="launch-configs"
      title="Configurations"
      note={list.data?.length ?? ''}
      state={list.data?.length === 0 ? 'empty' : list.state}
      class="fill"
    >
      <div class="filters">
        <SearchField
          label="Filter configurations"
          placeholder="Name or camera"
          value={filter}
          onChange={(value) => setFilter(value)}
        />
      </div>
      <Loaded resource={list} lines={8}>
        {(entries) => {
          const shown = entries.filter((entry) => matches(entry, filter.toLowerCase()));
          return (
            <ul class="pick-list">
              {cluster === 'pipelines' && (
                <li>
                  <Link to={`${pathTo('launch', cluster)}?new=1`} current={fromText} testId="launch-new">
                    <Icon name="plus" /> <em>A new one, typed here</em>
                  </Link>
                </li>
              )}
              {shown.map((entry) => (
                <li key={entry.name}>
                  <Link
                    to={`${pathTo('launch', cluster)}?config=${encodeURIComponent(entry.name)}`}
                    current={entry.name === chosen}
                  >
                    <span>{entry.name}</span>
                    <span class="muted cut-text">{entry.camera ?? entry.type ?? ''}</span>
                  </Link>
                </li>
              ))}
              {shown.length === 0 && (
                <li class="muted none">
                  {entries.length === 0 ? (
                    <>
                      None is stored: <Link to={pathTo('configs', cluster)}>Configurations</Link>
                    </>
                  ) : (
                    `The filter hides all ${entries.length}.`
                  )}
                </li>
              )}
            </ul>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function matches({ name, camera }: ConfigurationEntry, filter: string): boolean {
  return `${name} ${camera ?? ''}`.toLowerCase().includes(filter);
}
