/** All stored configurations of a cluster. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { formatTime, MISSING } from '../../core/format.js';
import { pathTo } from '../../core/screens.js';
import { messageOf } from '../../data/api.js';
import {
  type ConfigurationEntry,
  deleteConfiguration,
  listConfigurations,
  readConfiguration,
  renameConfiguration,
} from '../../data/configurations.js';
import { onEvent } from '../../data/events.js';
import { navigate, queryValue, setQuery } from '../../data/navigation.js';
import { findInstance } from '../../data/plant.js';
import { denial } from '../../data/session.js';
import { Button, Link, StateBadge, saveFile } from '../../ui/basics.jsx';
import { confirmAction } from '../../ui/dialog.jsx';
import { Icon } from '../../ui/icons.jsx';
import { Menu, type MenuEntry } from '../../ui/menu.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { SearchField } from '../../ui/search-field.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { type Column, DataTable } from '../../ui/table.jsx';
import { showToast } from '../../ui/toasts.jsx';
import { RenameDialog } from '../rename-dialog.jsx';
import { ClusterTabs, currentCluster } from './cluster-tabs.jsx';
import { NewConfiguration } from './new-dialog.jsx';

export function ConfigurationList(): JSX.Element {
  const cluster = currentCluster();
  const [creating, setCreating] = useState<{ copyOf: string | null } | null>(null);
  const [renaming, setRenaming] = useState<ConfigurationEntry | null>(null);
  const list = useResource(`configs ${cluster}`, (signal) => listConfigurations(cluster, signal));
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

function columnsFor(
  copy: (name: string) => void,
  rename: (entry: ConfigurationEntry) => void,
): readonly Column<ConfigurationEntry>[] {
  const cluster = currentCluster();
  return [
    {
      key: 'name',
      title: 'Name',
      value: (entry) => entry.name,
      render: (entry) => (
        <span class="instance-name">
          <Link to={pathTo('configs', cluster, entry.name)}>{entry.name}</Link>
          {entry.permanent && <Icon name="pin" label="permanent" />}
          {entry.problem !== null && (
            <span class="tone-bad" title={entry.problem}>
              <Icon name="alarm" label={entry.problem} />
            </span>
          )}
        </span>
      ),
    },
    { key: 'type', title: 'Type', value: (entry) => entry.type, render: (entry) => entry.type ?? MISSING },
    ...(cluster === 'pipelines'
      ? [
          {
            key: 'camera',
            title: 'Camera',
            value: (entry: ConfigurationEntry) => entry.camera,
            render: (entry: ConfigurationEntry) => entry.camera ?? MISSING,
          },
        ]
      : []),
    {
      key: 'group',
      title: 'Groups',
      optional: true,
      value: (entry) => entry.groups.join(', '),
      render: (entry) => entry.groups.join(', ') || MISSING,
    },
    {
      key: 'running',
      title: 'Running',
      value: (entry) => entry.running,
      render: (entry) => {
        const instance = findInstance(cluster, entry.name);
        if (instance === null) return entry.running ? 'yes' : MISSING;
        return (
          <Link to={pathTo('i', cluster, entry.name)}>
            <StateBadge health={instance.health} />
          </Link>
        );
      },
    },
    {
      key: 'revision',
      title: 'Revision',
      numeric: true,
      value: (entry) => entry.revision,
      render: (entry) => entry.revision ?? MISSING,
    },
    {
      key: 'changed',
      title: 'Last change',
      value: (entry) => entry.changedAt,
      render: (entry) => formatTime(entry.changedAt),
    },
    {
      key: 'author',
      title: 'By',
      value: (entry) => entry.author,
      render: (entry) => entry.author ?? MISSING,
    },
    {
      key: 'actions',
      title: '',
      width: '40px',
      render: (entry) => (
        <Menu
          testId={`configs-menu-${entry.name}`}
          label={`Actions of ${entry.name}`}
          entries={actionsOf(entry, copy, rename)}
        />
      ),
    },
  ];
}

function actionsOf(
  entry: ConfigurationEntry,
  copy: (name: string) => void,
  rename: (entry: ConfigurationEntry) => void,
): MenuEntry[] {
  const cluster = currentCluster();
  const { name } = entry;
  const exportFile = (): void => {
    readConfiguration(cluster, name)
      .then((document) => saveFile(`${name}.json`, document.text, 'application/json'))
      .catch((error) => showToast({ tone: 'bad', text: messageOf(error) }));
  };
  return [
    { label: 'Edit', icon: 'edit', run: () => navigate(pathTo('configs', cluster, name, 'edit')) },
    { label: 'History', icon: 'history', run: () => navigate(pathTo('configs', cluster, name, 'history')) },
    {
      label: 'Launch and test',
      icon: 'launch',
      run: () => navigate(`${pathTo('launch', cluster)}?config=${encodeURIComponent(name)}`),
    },
    { label: 'Copy…', icon: 'copy', denied: denial('config.save'), run: () => copy(name) },
    {
      label: 'Rename…',
      icon: 'edit',
      denied: denial('config.delete'),
      testId: `configs-rename-${name}`,
      run: () => rename(entry),
    },
    { label: 'Export', icon: 'download', run: exportFile },
    {
      label: 'Delete…',
      icon: 'trash',
      risky: true,
      denied: denial('config.delete'),
      run: () =>
        confirmAction({
          tier: 2,
          title: `Delete the configuration ${name}?`,
          target: name,
          facts: [
            entry.running ? 'An instance of it runs; it goes on until it ends' : 'No instance of it runs',
            entry.permanent ? 'It is in the permanent list: it will not start again' : 'It is not permanent',
            'Its history is kept: it can be restored',
          ],
          actionLabel: `Delete ${name}`,
          reason: 'optional',
          run: async (reason) => {
            const { etag } = await readConfiguration(cluster, name);
            await deleteConfiguration(cluster, name, etag, reason);
            return `The configuration ${name} was deleted.`;
          },
        }),
    },
  ];
}
