/** What the list of configurations tells of each, and what can be done with it. */
import { formatTime, MISSING } from '../../core/format.js';
import { workerName } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { messageOf } from '../../data/api.js';
import {
  type ConfigurationEntry,
  deleteConfiguration,
  readConfiguration,
} from '../../data/configurations.js';
import { navigate } from '../../data/navigation.js';
import { findInstance } from '../../data/plant.js';
import { denial } from '../../data/session.js';
import { Link, StateBadge, saveFile } from '../../ui/basics.jsx';
import { confirmAction } from '../../ui/dialog.jsx';
import { Icon } from '../../ui/icons.jsx';
import { Menu, type MenuEntry } from '../../ui/menu.jsx';
import type { Column } from '../../ui/table.jsx';
import { showToast } from '../../ui/toasts.jsx';
import { currentCluster } from './cluster-tabs.jsx';

/** A stored configuration with the addresses of the workers that it is fixed on. */
export interface ListedConfiguration extends ConfigurationEntry {
  readonly fixedOn: readonly string[];
}

export function columnsFor(
  copy: (name: string) => void,
  rename: (entry: ConfigurationEntry) => void,
): readonly Column<ListedConfiguration>[] {
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
      key: 'fixed',
      title: 'Fixed',
      value: (entry) => entry.fixedOn.join(', '),
      render: (entry) =>
        entry.fixedOn.length === 0
          ? MISSING
          : entry.fixedOn.map((address) => (
              <Link
                key={address}
                to={`${pathTo('placement', cluster)}?worker=${encodeURIComponent(address)}`}
              >
                {workerName(address)}
              </Link>
            )),
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
