/** One stored configuration: its text, its editor, its history. */
import type { JSX } from 'preact';
import { formatTime } from '../../core/format.js';
import type { Cluster } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { ApiError } from '../../data/api.js';
import { readConfiguration } from '../../data/configurations.js';
import { navigate, queryValue, screen } from '../../data/navigation.js';
import { findInstance } from '../../data/plant.js';
import { denial } from '../../data/session.js';
import { Button, Link, StateBadge } from '../../ui/basics.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { Tabs } from '../../ui/tabs.jsx';
import { ConfigurationEditor } from './editor.jsx';
import { HistoryTab } from './history.jsx';

export function ConfigurationScreen(): JSX.Element {
  const { cluster, name = '', tab = 'edit' } = screen.value.parameters;
  return <Configuration key={`${cluster}/${name}`} cluster={cluster as Cluster} name={name} tab={tab} />;
}

function Configuration({ cluster, name, tab }: { cluster: Cluster; name: string; tab: string }): JSX.Element {
  const isNew = queryValue('new') === '1';
  const stored = useResource(`${cluster}/${name} ${isNew}`, async (signal) =>
    isNew ? null : { document: await readConfiguration(cluster, name, signal) },
  );
  const instance = findInstance(cluster, name);
  const document = stored.data?.document;
  const missing = stored.error instanceof ApiError && stored.error.status === 404;
  return (
    <div class="fill-screen">
      <PageHead title={name}>
        {instance !== null && (
          <Link to={pathTo('i', cluster, name)} title="Its running instance">
            <StateBadge health={instance.health} />
          </Link>
        )}
        <span class="muted">
          {isNew
            ? 'new, not stored yet'
            : document === undefined
              ? ''
              : `saved revision ${document.revision ?? '–'}${document.author === null ? '' : ` by ${document.author}`}, ${formatTime(document.changedAt)}`}
        </span>
        <span class="spacer" />
        <Button
          icon="launch"
          onClick={() => navigate(`${pathTo('launch', cluster)}?config=${encodeURIComponent(name)}`)}
          denied={isNew ? 'It is not stored yet' : null}
        >
          Launch and test
        </Button>
      </PageHead>
      <Tabs
        label={`Parts of ${name}`}
        current={tab === 'history' || tab === 'diff' ? 'history' : 'edit'}
        tabs={[
          { key: 'edit', label: 'Edit', path: pathTo('configs', cluster, name, 'edit') },
          ...(isNew
            ? []
            : [{ key: 'history', label: 'History', path: pathTo('configs', cluster, name, 'history') }]),
        ]}
      />
      {missing ? (
        <Panel id="config-missing" state="empty">
          <Empty title={`There is no configuration ${name}`}>
            <p class="muted">It may have been deleted; its history is kept.</p>
            <div class="row">
              <Link to={pathTo('configs', cluster, name, 'history')}>History</Link>
              <Link to={pathTo('configs', cluster)}>All configurations</Link>
            </div>
          </Empty>
        </Panel>
      ) : null}
      {tab === 'history' || tab === 'diff' ? (
        <HistoryTab cluster={cluster} name={name} document={document ?? null} onRestored={stored.reload} />
      ) : isNew ? (
        <ConfigurationEditor cluster={cluster} name={name} document={null} onSaved={stored.reload} />
      ) : (
        !missing && (
          <Loaded resource={stored} lines={12}>
            {(loaded) => (
              <ConfigurationEditor
                key={loaded?.document.etag ?? ''}
                cluster={cluster}
                name={name}
                document={loaded?.document ?? null}
                onSaved={stored.reload}
                readOnlyReason={denial('config.save')}
              />
            )}
          </Loaded>
        )
      )}
    </div>
  );
}
