/** Scripts or libraries of users: list, upload, download, delete. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { pathTo } from '../../core/screens.js';
import { messageOf } from '../../data/api.js';
import { type CodeEntry, type CodeKind, listCode, renameCode, saveCode } from '../../data/code.js';
import { navigate, queryValue, setQuery } from '../../data/navigation.js';
import { denial } from '../../data/session.js';
import { Button } from '../../ui/basics.jsx';
import { confirmAction } from '../../ui/dialog.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { SearchField } from '../../ui/search-field.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { DataTable } from '../../ui/table.jsx';
import { Tabs } from '../../ui/tabs.jsx';
import { showToast } from '../../ui/toasts.jsx';
import { RenameDialog } from '../rename-dialog.jsx';
import { codeColumns, dependents, WORDS } from './code-columns.jsx';
import { NewScript } from './new-script.jsx';

export function ScriptsScreen(): JSX.Element {
  return <CodeScreen kind="scripts" />;
}

export function LibrariesScreen(): JSX.Element {
  return <CodeScreen kind="libraries" />;
}

function CodeScreen({ kind }: { kind: CodeKind }): JSX.Element {
  const list = useResource(kind, (signal) => listCode(kind, signal));
  const [creating, setCreating] = useState(false);
  const [renaming, setRenaming] = useState<CodeEntry | null>(null);
  const taken = list.data?.map((entry) => entry.name) ?? [];
  const file = useRef<HTMLInputElement>(null);
  const word = WORDS[kind];
  const filter = queryValue('q').toLowerCase();
  const store = async (entry: File): Promise<void> => {
    const known = list.data?.find(({ name }) => name === entry.name);
    await saveCode(kind, entry.name, await entry.arrayBuffer(), known?.etag ?? null);
  };
  const storeAll = async (files: readonly File[]): Promise<string> => {
    try {
      for (const entry of files) await store(entry);
    } finally {
      list.reload();
    }
    return `${files.map(({ name }) => name).join(', ')} stored.`;
  };
  const upload = async (chosen: Iterable<File>): Promise<void> => {
    const files = [...chosen];
    if (file.current !== null) file.current.value = '';
    if (files.length === 0) return;
    const replaced = list.data?.filter(({ name }) => files.some((entry) => entry.name === name)) ?? [];
    if (replaced.length > 0) {
      const names = replaced.map(({ name }) => name).join(', ');
      confirmAction({
        tier: 1,
        title: `Replace ${names}?`,
        target: names,
        facts: replaced.flatMap((known) => [`${known.name} exists`, ...dependents(known)]),
        actionLabel: `Replace ${names}`,
        run: () => storeAll(files),
      });
      return;
    }
    await storeAll(files).then(
      (text) => showToast({ tone: 'ok', text }),
      (error) => showToast({ tone: 'bad', text: messageOf(error) }),
    );
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
          <SearchField
            label="Filter"
            placeholder="Name"
            value={queryValue('q')}
            onChange={(value) => setQuery({ q: value })}
          />
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
                columns={codeColumns(kind, list.reload, setRenaming)}
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
          facts={[...dependents(renaming), 'Its history stays under the old name']}
          run={async (name) => {
            await renameCode(kind, renaming, name);
            list.reload();
          }}
          onClose={() => setRenaming(null)}
        />
      )}
    </div>
  );
}
