import { formatBytes, formatTime, MISSING } from '../../core/format.js';
import type { InstanceRecord } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { languageOfFile, runsScript } from '../../core/script-users.js';
import { messageOf } from '../../data/api.js';
import { type CodeEntry, type CodeKind, deleteCode, downloadCode } from '../../data/code.js';
import { plant } from '../../data/plant.js';
import { denial } from '../../data/session.js';
import { Link, saveFile } from '../../ui/basics.jsx';
import { confirmAction } from '../../ui/dialog.jsx';
import { Menu, type MenuEntry } from '../../ui/menu.jsx';
import type { Column } from '../../ui/table.jsx';
import { showToast } from '../../ui/toasts.jsx';

export const WORDS = { scripts: 'script', libraries: 'library' } as const;

/** Instances that run a script now. */
export function instancesRunning(file: string): readonly InstanceRecord[] {
  return (plant.value?.instances ?? []).filter(
    (entry) => entry.cluster === 'pipelines' && entry.health.state !== 'down' && runsScript(entry, file),
  );
}

function summary(names: readonly string[]): string {
  const first = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${first} and ${names.length - 3} more` : first || MISSING;
}

export function codeColumns(
  kind: CodeKind,
  reload: () => void,
  rename: (entry: CodeEntry) => void,
): readonly Column<CodeEntry>[] {
  const isScripts = kind === 'scripts';
  const ofScripts: readonly Column<CodeEntry>[] = [
    {
      key: 'language',
      title: 'Language',
      value: ({ name }) => languageOfFile(name),
      render: ({ name }) => languageOfFile(name) ?? MISSING,
    },
    {
      key: 'running',
      title: 'Running in',
      value: ({ name }) => instancesRunning(name).length,
      tooltip: ({ name }) =>
        instancesRunning(name)
          .map((entry) => entry.name)
          .join(', '),
      render: ({ name }) => summary(instancesRunning(name).map((entry) => entry.name)),
    },
  ];
  return [
    {
      key: 'name',
      title: 'Name',
      value: (entry) => entry.name,
      render: (entry) =>
        isScripts ? <Link to={pathTo('scripts', entry.name)}>{entry.name}</Link> : entry.name,
    },
    ...(isScripts ? ofScripts : []),
    {
      key: 'used',
      title: 'Configurations',
      value: (entry) => entry.usedBy.length,
      tooltip: (entry) => entry.usedBy.join(', '),
      render: (entry) => summary(entry.usedBy),
    },
    {
      key: 'size',
      title: 'Size',
      numeric: true,
      value: (entry) => entry.size,
      render: (entry) => formatBytes(entry.size),
    },
    {
      key: 'changed',
      title: 'Changed',
      value: (entry) => entry.changedAt,
      render: (entry) => formatTime(entry.changedAt),
    },
    {
      key: 'actions',
      title: '',
      width: '40px',
      render: (entry) => (
        <Menu
          label={`Actions of ${entry.name}`}
          entries={actionsOf(kind, entry, reload, rename)}
          testId={`${kind}-menu-${entry.name}`}
        />
      ),
    },
  ];
}

/** What depends on a file, one sentence each. */
export function dependents({ name, usedBy }: CodeEntry): string[] {
  const running = instancesRunning(name).map((entry) => entry.name);
  return [
    usedBy.length === 0
      ? 'No configuration uses it'
      : `Used by ${usedBy.join(', ')}, which read it at their next start`,
    ...(running.length === 0 ? [] : [`Running in ${running.join(', ')}: these keep the code that they have`]),
  ];
}

function actionsOf(
  kind: CodeKind,
  entry: CodeEntry,
  reload: () => void,
  rename: (entry: CodeEntry) => void,
): MenuEntry[] {
  const { name } = entry;
  const word = WORDS[kind];
  const download = (): void => {
    downloadCode(kind, name)
      .then((blob) => saveFile(name, blob))
      .catch((error) => showToast({ tone: 'bad', text: messageOf(error) }));
  };
  return [
    { label: 'Download', icon: 'download', run: download },
    {
      label: 'Rename…',
      icon: 'edit',
      denied: denial(`${word}.rename`),
      testId: `${kind}-rename-${name}`,
      run: () => rename(entry),
    },
    {
      label: 'Delete…',
      icon: 'trash',
      risky: true,
      denied: denial(`${word}.delete`),
      testId: `${kind}-delete-${name}`,
      run: () =>
        confirmAction({
          tier: 2,
          title: `Delete the ${word} ${name}?`,
          target: name,
          facts: [...dependents(entry), 'It is removed from the manager and from all workers'],
          actionLabel: `Delete ${name}`,
          reason: 'optional',
          run: async (reason) => {
            await deleteCode(kind, name, entry.etag, reason);
            reload();
            return `${name} was deleted.`;
          },
        }),
    },
  ];
}
