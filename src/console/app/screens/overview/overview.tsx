/** The whole plant on one page: managers, alarms, workers, and every instance of both clusters. */
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { Cluster, InstanceRecord, Plant } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { matchesSearch, parseSearch, SEARCH_TOKENS } from '../../core/search.js';
import { navigate, place, queryValue, screen, setQuery } from '../../data/navigation.js';
import { connectionProblem, plant } from '../../data/plant.js';
import { Button, Link } from '../../ui/basics.jsx';
import { Empty, Failure, Panel, Skeleton } from '../../ui/panel.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { Alarms } from './alarms.jsx';
import { Filters } from './filters.jsx';
import { InstanceTable } from './instance-table.jsx';
import { ManagerCards } from './manager-cards.jsx';
import { SidePanel } from './side-panel.jsx';
import { WorkerTable } from './worker-table.jsx';

/** `server` and `cluster` are filters of the screen itself. */
const TOKEN_PARAMETERS = SEARCH_TOKENS.filter((name) => name !== 'server' && name !== 'cluster');
const TITLES = { pipelines: 'Pipelines', cameras: 'Cameras' } as const;

export function Overview(): JSX.Element {
  const name = screen.value.screen;
  const cluster: Cluster | null = name === 'pipelines' || name === 'cameras' ? name : readCluster();
  const title = name === 'pipelines' || name === 'cameras' ? TITLES[name] : 'Overview';
  const known = plant.value;
  if (known === null) {
    const problem = connectionProblem.value;
    return (
      <>
        <PageHead title={title} />
        <Panel id="overview-instances-panel" title="Instances" state={problem === null ? 'loading' : 'error'}>
          {problem === null ? <Skeleton lines={8} /> : <Failure message={problem} />}
        </Panel>
      </>
    );
  }
  return <Loaded plant={known} cluster={cluster} title={title} />;
}

function readCluster(): Cluster | null {
  const value = queryValue('cluster');
  return value === 'pipelines' || value === 'cameras' ? value : null;
}

function Loaded({
  plant: known,
  cluster,
  title,
}: {
  plant: Plant;
  cluster: Cluster | null;
  title: string;
}): JSX.Element {
  const inCluster = <T extends { cluster: Cluster }>(list: readonly T[]): readonly T[] =>
    cluster === null ? list : list.filter((entry) => entry.cluster === cluster);
  const workers = inCluster(known.workers);
  const instances = inCluster(known.instances);
  useEffect(takeTokens, [place.value]);
  const query = queryValue('q');
  const server = queryValue('server');
  const shown = useMemo(() => filter(instances, query, server), [instances, query, server]);
  const selectedKey = queryValue('selected');
  const selected = known.instances.find((entry) => entry.key === selectedKey) ?? null;
  const down = workers.filter((worker) => !worker.reachable && worker.enabled);
  const hidden = instances.length - shown.length;
  return (
    <div class={`overview ${selected === null ? '' : 'with-side'}`}>
      <div class="overview-main">
        <PageHead title={title}>
          <ManagerCards managers={inCluster(known.managers)} />
        </PageHead>
        <Alarms instances={instances} workers={workers} alarms={inCluster(known.alarms)} />
        <Panel
          id="overview-workers-panel"
          title="Workers"
          live
          state={down.length > 0 ? 'partial' : 'ready'}
          note={`${workers.length}${down.length > 0 ? `, ${down.length} without reply: ${down.map((worker) => worker.name).join(', ')}` : ''}`}
          class="workers-panel"
        >
          {workers.length === 0 ? (
            <Empty title="No worker is configured">
              <p>
                Add the first one in <Link to={pathTo('placement', cluster ?? 'pipelines')}>Placement</Link>.
              </p>
            </Empty>
          ) : (
            <WorkerTable workers={workers} selected={server} />
          )}
        </Panel>
        <Panel
          id="overview-instances-panel"
          title="Instances"
          live
          state={shown.length === 0 ? 'empty' : down.length > 0 ? 'partial' : 'ready'}
          note={hidden > 0 ? `${shown.length} of ${instances.length}` : String(instances.length)}
          class="instances-panel"
        >
          <Filters instances={instances} />
          {shown.length === 0 ? (
            <NothingShown hidden={hidden} cluster={cluster} />
          ) : (
            <InstanceTable instances={shown} words={parseSearch(query).words} />
          )}
        </Panel>
      </div>
      {selected !== null && <SidePanel instance={selected} />}
    </div>
  );
}

/** Links may tell each token by a parameter of its own; people see and change it in the search field. */
function takeTokens(): void {
  const given = TOKEN_PARAMETERS.filter((name) => queryValue(name) !== '');
  if (given.length === 0) return;
  const tokens = given.map((name) => `${name}:${queryValue(name)}`);
  const q = [queryValue('q'), ...tokens].filter(Boolean).join(' ');
  setQuery({ q, ...Object.fromEntries(given.map((name) => [name, null])) });
}

function filter(instances: readonly InstanceRecord[], query: string, server: string): InstanceRecord[] {
  const search = parseSearch(query);
  return instances.filter(
    (entry) =>
      matchesSearch(entry, search) && (server === '' || `${entry.cluster}/${entry.worker}` === server),
  );
}

function NothingShown({ hidden, cluster }: { hidden: number; cluster: Cluster | null }): JSX.Element {
  if (hidden > 0) {
    return (
      <Empty title={`The filter hides all ${hidden} instances`} testId="overview-empty">
        <Button icon="close" onClick={() => setQuery({ q: null, server: null, selected: null })}>
          Clear filter
        </Button>
      </Empty>
    );
  }
  return (
    <Empty title="Nothing is running" testId="overview-empty">
      <p>Streams start when a client asks for them. You can start one yourself:</p>
      <Button icon="launch" kind="primary" onClick={() => navigate(pathTo('launch', cluster ?? 'pipelines'))}>
        Launch
      </Button>
    </Empty>
  );
}
