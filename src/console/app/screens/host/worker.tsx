/** One worker: what it is, what runs on it, how it was over time. */
import type { JSX } from 'preact';
import { formatByteRate, formatBytes, formatDuration, formatPercent, MISSING } from '../../core/format.js';
import { type Cluster, workerFromSegment } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { queryValue, screen, setQuery } from '../../data/navigation.js';
import { now, plant } from '../../data/plant.js';
import { Button, Figure, Link } from '../../ui/basics.jsx';
import { Empty, Panel, Skeleton } from '../../ui/panel.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { workerActions } from '../actions.js';
import { Metrics } from '../metrics.jsx';
import { InstanceTable } from '../overview/instance-table.jsx';
import { WorkerHealth } from '../overview/worker-table.jsx';
import { WorkerPlacement } from './placement.jsx';
import { ShareOfInstances } from './share-of-instances.jsx';

/** Frames of at least this size at about 100 Hz load a host as two of them fill it. */
const HIGH_RESOLUTION_BYTES = 400e6;
const HIGH_RESOLUTION_LIMIT = 2;

export function WorkerScreen(): JSX.Element {
  const { cluster, worker: segment = '' } = screen.value.parameters;
  const name = workerFromSegment(segment);
  const worker = plant.value?.workers.find((entry) => entry.cluster === cluster && entry.name === name);
  if (plant.value === null) return <Skeleton lines={8} />;
  if (worker === undefined) {
    return (
      <>
        <PageHead title={name} />
        <Empty title={`There is no worker ${name} in the ${cluster} cluster`}>
          <Link to={pathTo('overview')}>Overview</Link>
        </Empty>
      </>
    );
  }
  const instances = plant.value.instances.filter(
    (entry) => entry.cluster === cluster && entry.worker === name,
  );
  const heavy = instances.filter(
    (entry) => (entry.statistics.throughput ?? 0) > HIGH_RESOLUTION_BYTES,
  ).length;
  const versions = new Set(
    plant.value.workers.map((entry) => entry.version).filter((version) => version !== null),
  );
  return (
    <div class="stack">
      <PageHead title={name}>
        <WorkerHealth worker={worker} />
        <span class="muted">{cluster}</span>
        <span class="spacer" />
        {workerActions(worker)
          .slice(1)
          .map((action) => (
            <Button
              key={action.label}
              icon={action.icon!}
              kind={action.risky ? 'risky' : 'plain'}
              denied={action.denied ?? null}
              onClick={action.run}
              testId={action.testId!}
            >
              {action.label}
            </Button>
          ))}
      </PageHead>
      <Panel id="worker-facts" title="Facts" live state={worker.reachable ? 'ready' : 'partial'}>
        {worker.problem !== null && <p class="inline-warning">{worker.problem}</p>}
        <dl class="figures">
          <Figure label="Address" value={worker.url} />
          <Figure
            label="Version"
            value={
              <>
                {worker.version ?? MISSING}{' '}
                {versions.size > 1 && <span class="tone-warn">others differ</span>}
              </>
            }
          />
          <Figure label="CPU of the host" value={formatPercent(worker.cpu)} />
          <Figure label="Memory in use" value={formatBytes(worker.memory)} />
          <Figure label="Network in" value={formatByteRate(worker.rx)} />
          <Figure label="Network out" value={formatByteRate(worker.tx)} />
          <Figure label="Instances" value={instances.length} />
          <Figure
            label="High-resolution streams"
            value={
              <span
                class={heavy > HIGH_RESOLUTION_LIMIT ? 'tone-warn' : ''}
              >{`${heavy} of ${HIGH_RESOLUTION_LIMIT}`}</span>
            }
            title="Streams of more than 400 MB/s; a host carries about two"
          />
          <Figure
            label="Takes new instances"
            value={worker.draining ? 'no, draining' : worker.expanding ? 'yes' : 'fixed ones only'}
          />
          <Figure
            label="Heard"
            value={worker.heardAt === null ? MISSING : `${formatDuration(now.value - worker.heardAt)} ago`}
          />
        </dl>
      </Panel>
      <Panel id="worker-instances" title="Instances" live note={String(instances.length)} class="fill">
        {instances.length === 0 ? (
          <Empty title="Nothing runs here" />
        ) : (
          <InstanceTable instances={instances} words={[]} />
        )}
        {queryValue('selected') !== '' && (
          <div class="bulk">
            <Link to={`${pathTo('i', ...(queryValue('selected').split('/') as [string, string]))}`}>
              Open {queryValue('selected').split('/')[1]}
            </Link>
            <Button kind="quiet" onClick={() => setQuery({ selected: null })}>
              Clear
            </Button>
          </div>
        )}
      </Panel>
      <WorkerPlacement worker={worker} />
      <Metrics cluster={cluster as Cluster} kind="worker" name={name} />
      <ShareOfInstances cluster={cluster as Cluster} instances={instances} />
    </div>
  );
}
