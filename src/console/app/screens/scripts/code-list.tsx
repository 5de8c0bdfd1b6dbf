/** Scripts or libraries of users: list, upload, download, delete. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { formatBytes, formatTime, MISSING } from '../../core/format.js';
import { pathTo } from '../../core/screens.js';
import { messageOf } from '../../data/api.js';
import {
  type CodeEntry,
  type CodeKind,
  deleteCode,
  downloadCode,
  listCode,
  renameCode,
  saveCode,
} from '../../data/code.js';
import { navigate, queryValue, setQuery } from '../../data/navigation.js';
import { denial } from '../../data/session.js';
import { Button, Link, saveFile } from '../../ui/basics.jsx';
import { confirmAction } from '../../ui/dialog.jsx';
import { Icon } from '../../ui/icons.jsx';
import { Menu, type MenuEntry } from '../../ui/menu.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { type Column, DataTable } from '../../ui/table.jsx';
import { Tabs } from '../../ui/tabs.jsx';
import { showToast } from '../../ui/toasts.jsx';
import { RenameDialog } from '../rename-dialog.jsx';
import { NewScript } from './new-script.jsx';

export function ScriptsScreen(): JSX.Element {
  return <CodeScreen kind="scripts" />;
}

export function LibrariesScreen(): JSX.Element {
  return <CodeScreen kind="libraries" />;
}

const WORDS = { scripts: 'script', libraries: 'library' } as const;

function CodeScreen({ kind }: { kind: CodeKind }): JSX.Element {
  const list = useResource(kind, (signal) => listCode(kind, signal));
  const [creating, setCreating] = useState(false);
  const [renaming, setRenaming] = useState<CodeEntry | null>(null);
  const taken = list.data?.map((entry) => entry.name) ?? [];
  const file = useRef<HTMLInputElement>(null);
  const word = WORDS[kind];
  const filter = queryValue('q').toLowerCase();
  const upload = async (files: Iterable<File>): Promise<void> => {
    for (const entry of files) {
      try {
        const known = list.data?.find((other) => other.name === entry.name);
        if (known !== undefined && !window.confirm(`${entry.name} exists. Replace it?`)) continue;
        await saveCode(kind, entry.name, await entry.arrayBuffer(), known?.etag ?? null);
        showToast({ tone: 'ok', text: `${entry.name} was stored.` });
      } catch (error) {
        showToast({ tone: 'bad', text: `${entry.name}: ${messageOf(error)}` });
      }
    }
    list.reload();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has its twin in the button Upload
    <div
      class="fill-screen"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (denial(`${word}.save`) === null) void upload(event.dataTransfer?.files ?? []);
      }}
    >
      <PageHead title={kind === 'scripts' ? 'Scripts' : 'Libraries'}>
        <span class="spacer" />
        <Button icon="upload" denied={denial(`${word}.save`)} onClick={() => file.current?.click()}>
          Upload…
        </Button>
        <input
          ref={file}
          type="file"
          multiple
          hidden
          aria-label="Files"
          onChange={(event) => void upload(event.currentTarget.files ?? [])}
        />
        {kind === 'scripts' && (
          <Button
            kind="primary"
            icon="plus"
            denied={denial('script.save')}
            onClick={() => setCreating(true)}
            testId="scripts-new"
          >
            New…
          </Button>
        )}
      </PageHead>
      <Tabs
        label="Code"
        current={kind}
        tabs={[
          { key: 'scripts', label: 'Scripts', path: pathTo('scripts') },
          { key: 'libraries', label: 'Libraries', path: pathTo('libraries') },
        ]}
      />
      <Panel
        id={`${kind}-panel`}
        title={kind === 'scripts' ? 'Processing functions' : 'Libraries'}
        note={list.data?.length ?? ''}
        state={list.data?.length === 0 ? 'empty' : list.state}
        class="fill"
      >
        <div class="filters">
          <label class="search-field">
            <Icon name="search" />
            <input
              type="search"
              data-search
              aria-label="Filter"
              placeholder="Name"
              value={queryValue('q')}
              onInput={(event) => setQuery({ q: event.currentTarget.value })}
            />
          </label>
        </div>
        <Loaded resource={list} lines={8}>
          {(entries) => {
            const shown = entries.filter((entry) => entry.name.toLowerCase().includes(filter));
            if (shown.length === 0) {
              return (
                <Empty
                  title={
                    entries.length === 0
                      ? `No ${word} is stored yet`
                      : `The filter hides all ${entries.length}`
                  }
                />
              );
            }
            return (
              <DataTable
                id={kind}
                caption={kind}
                rows={shown}
                columns={columnsFor(kind, list.reload, setRenaming)}
                rowKey={(entry) => entry.name}
                onOpen={(entry) => kind === 'scripts' && navigate(pathTo('scripts', entry.name))}
              />
            );
          }}
        </Loaded>
      </Panel>
      {creating && <NewScript taken={taken} onClose={() => setCreating(false)} />}
      {renaming !== null && (
        <RenameDialog
          name={renaming.name}
          taken={taken}
          facts={[usedBy(renaming), 'Its history stays under the old name']}
          run={async (name) => {
            await renameCode(kind, renaming, name, `renamed to ${name}`);
            list.reload();
          }}
          onClose={() => setRenaming(null)}
        />
      )}
    </div>
  );
}

function columnsFor(
  kind: CodeKind,
  reload: () => void,
  rename: (entry: CodeEntry) => void,
): readonly Column<CodeEntry>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      value: (entry) => entry.name,
      render: (entry) =>
        kind === 'scripts' ? <Link to={pathTo('scripts', entry.name)}>{entry.name}</Link> : entry.name,
    },
    {
      key: 'used',
      title: 'Used by',
      value: (entry) => entry.usedBy.length,
      tooltip: (entry) => entry.usedBy.join(', '),
      render: (entry) => {
        const first = entry.usedBy.slice(0, 3).join(', ');
        return entry.usedBy.length > 3 ? `${first} and ${entry.usedBy.length - 3} more` : first || MISSING;
      },
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
        <Menu label={`Actions of ${entry.name}`} entries={actionsOf(kind, entry, reload, rename)} />
      ),
    },
  ];
}

function usedBy(entry: CodeEntry): string {
  return entry.usedBy.length === 0
    ? 'No configuration uses it'
    : `Used by ${entry.usedBy.join(', ')}: these fail at their next start`;
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
    { label: 'Rename…', icon: 'edit', denied: denial(`${word}.delete`), run: () => rename(entry) },
    {
      label: 'Delete…',
      icon: 'trash',
      risky: true,
      denied: denial(`${word}.delete`),
      run: () =>
        confirmAction({
          tier: 2,
          title: `Delete the ${word} ${name}?`,
          target: name,
          facts: [usedBy(entry), 'It is removed from the manager and from all workers'],
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
