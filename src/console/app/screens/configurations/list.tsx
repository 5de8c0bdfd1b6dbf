/** All stored configurations of a cluster. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { fixedPlaces } from '../../core/placement-draft.js';
import type { Cluster } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import {
  type ConfigurationEntry,
  listConfigurations,
  renameConfiguration,
} from '../../data/configurations.js';
import { onEvent } from '../../data/events.js';
import { navigate, queryValue, setQuery } from '../../data/navigation.js';
import { readPool } from '../../data/placement.js';
import { denial } from '../../data/session.js';
import { Button } from '../../ui/basics.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { SearchField } from '../../ui/search-field.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { DataTable } from '../../ui/table.jsx';
import { RenameDialog } from '../rename-dialog.jsx';
import { ClusterTabs, currentCluster } from './cluster-tabs.jsx';
import { columnsFor, type ListedConfiguration } from './list-columns.jsx';
import { NewConfiguration } from './new-dialog.jsx';

async function load(cluster: Cluster, signal: AbortSignal): Promise<ListedConfiguration[]> {
  const [entries, pool] = await Promise.all([listConfigurations(cluster, signal), readPool(cluster, signal)]);
  const places = fixedPlaces(pool);
  return entries.map((entry) => ({ ...entry, fixedOn: places.get(entry.name) ?? [] }));
}

export function ConfigurationList(): JSX.Element {
  const cluster = currentCluster();
  const [creating, setCreating] = useState<{ copyOf: string | null } | null>(null);
  const [renaming, setRenaming] = useState<ConfigurationEntry | null>(null);
  const list = useResource(`configs ${cluster}`, (signal) => load(cluster, signal));
  const { reload } = list;
  useEffect(() => onEvent((type) => type === 'config' && reload()), [reload]);
  const query = queryValue('q').toLowerCase();
  return (
    <>
      <PageHead title="Configurations">
        <span class="spacer" />
        <Button
          icon="plus"
          kind="primary"
          denied={denial('config.save')}
          onClick={() => setCreating({ copyOf: null })}
          testId="configs-new"
        >
          New…
        </Button>
      </PageHead>
      <ClusterTabs path="configs" />
      <Panel
        id="configs-panel"
        title="Stored configurations"
        state={list.state}
        note={list.data?.length ?? ''}
        class="fill"
      >
        <div class="filters">
          <SearchField
            label="Filter configurations by name, camera or group"
            placeholder="Name, camera or group"
            value={queryValue('q')}
            onChange={(value) => setQuery({ q: value })}
            testId="configs-search"
          />
        </div>
        <Loaded resource={list} lines={10}>
          {(entries) => {
            const shown = entries.filter((entry) => matches(entry, query));
            if (shown.length === 0) return <NothingShown total={entries.length} />;
            return (
              <DataTable
                id="configs"
                caption="Stored configurations"
                rows={shown}
                columns={columnsFor((copyOf) => setCreating({ copyOf }), setRenaming)}
                rowKey={(entry) => entry.name}
                selected={queryValue('selected')}
                onSelect={(key) => setQuery({ selected: key })}
                onOpen={(entry) => navigate(pathTo('configs', cluster, entry.name))}
                sortParameters={['sort', 'dir']}
                defaultSort="name"
                tools
              />
            );
          }}
        </Loaded>
      </Panel>
      {renaming !== null && (
        <RenameDialog
          name={renaming.name}
          taken={list.data?.map((entry) => entry.name) ?? []}
          facts={[
            renaming.running ? 'An instance of it runs; it goes on until it ends' : 'No instance of it runs',
            renaming.permanent ? 'The permanent list still has the old name' : 'It is not permanent',
            'Its history stays under the old name',
          ]}
          run={async (name) => {
            await renameConfiguration(cluster, renaming.name, name);
            reload();
          }}
          onClose={() => setRenaming(null)}
        />
      )}
      {creating !== null && (
        <NewConfiguration
          cluster={cluster}
          copyOf={creating.copyOf}
          taken={list.data?.map((entry) => entry.name) ?? []}
          onClose={() => setCreating(null)}
        />
      )}
    </>
  );
}

function matches(entry: ConfigurationEntry, query: string): boolean {
  return [entry.name, entry.camera ?? '', entry.type ?? '', ...entry.groups].some((text) =>
    text.toLowerCase().includes(query),
  );
}

function NothingShown({ total }: { total: number }): JSX.Element {
  if (total > 0) {
    return (
      <Empty title={`The filter hides all ${total} configurations`}>
        <Button onClick={() => setQuery({ q: null })}>Clear filter</Button>
      </Empty>
    );
  }
  return <Empty title="No configuration is stored yet">Begin with New.</Empty>;
}
