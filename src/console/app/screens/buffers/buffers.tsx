/** Data buffer and image buffer: connecting a stream anew, and the list of streams that they read. */
import type { JSX } from 'preact';
import { groupsOf, isWanted, readBuffers, storedStreams } from '../../core/buffers.js';
import { pathTo } from '../../core/screens.js';
import { callJson, currentSite, homeCluster } from '../../data/api.js';
import { queryValue, screen, setQuery } from '../../data/navigation.js';
import { plant } from '../../data/plant.js';
import { Button } from '../../ui/basics.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { SearchField } from '../../ui/search-field.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { Tabs } from '../../ui/tabs.jsx';
import { ReconnectTable } from './reconnect-table.jsx';
import { SourcesTable } from './sources-table.jsx';

const PERIOD = 5000;
const TABS = [
  { key: 'reconnect', label: 'Reconnect', path: pathTo('buffers', 'reconnect') },
  { key: 'sources', label: 'Sources', path: pathTo('buffers', 'sources') },
];

export function BuffersScreen(): JSX.Element {
  if (currentSite().buffers.length === 0) {
    return (
      <Empty title="This site has no buffers">
        <p class="muted">
          A server of pipelines is told of them by <code>--data-buffer</code> and <code>--image-buffer</code>.
        </p>
      </Empty>
    );
  }
  return <Buffers />;
}

function Buffers(): JSX.Element {
  const tab = screen.value.parameters.tab === 'sources' ? 'sources' : 'reconnect';
  const buffers = useResource(
    'buffers',
    async (signal) => readBuffers((await callJson(homeCluster(), '/api/v2/buffers', { signal })).buffers),
    PERIOD,
  );
  const words = queryValue('q');
  const group = queryValue('group') || null;
  const groups = groupsOf(storedStreams(plant.value?.instances ?? [], []));
  return (
    <div class="stack">
      <PageHead title="Buffers" />
      <Tabs label="Buffers" tabs={TABS} current={tab} />
      <Panel id="buffers" title="Pushed streams" state={buffers.state}>
        <div class="filters">
          <SearchField
            label="Filter streams"
            placeholder="Instance, camera, address"
            value={queryValue('q')}
            onChange={(value) => setQuery({ q: value })}
          />
          {(groups.length > 0 || group !== null) && (
            <select
              aria-label="Group"
              value={group ?? ''}
              onChange={(event) => setQuery({ group: event.currentTarget.value || null })}
              data-testid="buffers-group"
            >
              <option value="">All groups</option>
              {[...new Set([...groups, ...(group === null ? [] : [group])])].map((entry) => (
                <option key={entry} value={entry}>
                  {entry}
                </option>
              ))}
            </select>
          )}
        </div>
        <Loaded resource={buffers} lines={6}>
          {(states) => {
            const all = storedStreams(plant.value?.instances ?? [], states);
            const shown = all.filter((stream) => isWanted(stream, words, group));
            if (all.length === 0)
              return <Empty title="No instance pushes its stream, and no buffer reads one" />;
            if (shown.length === 0)
              return (
                <Empty title={`The filter hides all ${all.length} streams`}>
                  <Button onClick={() => setQuery({ q: null, group: null })}>Clear filter</Button>
                </Empty>
              );
            return (
              <>
                {states.map(
                  ({ name, problem }) =>
                    problem !== null && (
                      <p key={name} class="inline-error" role="alert">
                        The {name} buffer gave no answer: {problem}
                      </p>
                    ),
                )}
                {tab === 'sources' ? (
                  <SourcesTable streams={shown} all={all} buffers={states} onChanged={buffers.reload} />
                ) : (
                  <ReconnectTable streams={shown} buffers={states} onChanged={buffers.reload} />
                )}
              </>
            );
          }}
        </Loaded>
      </Panel>
    </div>
  );
}
