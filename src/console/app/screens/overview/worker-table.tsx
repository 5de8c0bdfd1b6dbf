import type { JSX } from 'preact';
import { formatByteRate, formatBytes, formatDuration, formatPercent } from '../../core/format.js';
import { type WorkerRecord, workerSegment } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { navigate, setQuery } from '../../data/navigation.js';
import { historyOf, now } from '../../data/plant.js';
import { Link } from '../../ui/basics.jsx';
import { Icon, StateShape } from '../../ui/icons.jsx';
import { Menu } from '../../ui/menu.jsx';
import { Sparkline } from '../../ui/sparkline.jsx';
import { type Column, DataTable } from '../../ui/table.jsx';
import { workerActions } from '../actions.js';

const keyOf = (worker: WorkerRecord): string => `${worker.cluster}/${worker.name}`;

const COLUMNS: readonly Column<WorkerRecord>[] = [
  {
    key: 'worker',
    title: 'Worker',
    value: (worker) => worker.name,
    tooltip: (worker) => worker.url,
    render: (worker) => (
      <span class="instance-name">
        <Icon name={worker.cluster} label={worker.cluster} />
        <Link to={pathTo('servers', worker.cluster, workerSegment(worker.name))}>{worker.name}</Link>
      </span>
    ),
  },
  {
    key: 'version',
    title: 'Version',
    value: (worker) => worker.version,
    render: (worker) => worker.version ?? '–',
  },
  {
    key: 'instances',
    title: 'Instances',
    numeric: true,
    value: (worker) => worker.instances,
    render: (worker) => worker.instances,
  },
  {
    key: 'cpu',
    title: 'CPU',
    numeric: true,
    value: (worker) => worker.cpu,
    tooltip: (worker) => (worker.cpu === null ? undefined : `${worker.cpu} % of the host`),
    render: (worker) => (
      <>
        <Sparkline series={historyOf(`${worker.cluster} ${worker.name} cpu`)} /> {formatPercent(worker.cpu)}
      </>
    ),
  },
  {
    key: 'memory',
    title: 'Memory',
    numeric: true,
    value: (worker) => worker.memory,
    tooltip: (worker) => (worker.memory === null ? undefined : `${worker.memory} B in use on the host`),
    render: (worker) => formatBytes(worker.memory),
  },
  {
    key: 'rx',
    title: 'RX',
    numeric: true,
    value: (worker) => worker.rx,
    tooltip: (worker) => (worker.rx === null ? undefined : `${worker.rx} B/s`),
    render: (worker) => formatByteRate(worker.rx),
  },
  {
    key: 'tx',
    title: 'TX',
    numeric: true,
    value: (worker) => worker.tx,
    tooltip: (worker) => (worker.tx === null ? undefined : `${worker.tx} B/s`),
    render: (worker) => formatByteRate(worker.tx),
  },
  {
    key: 'health',
    title: 'Health',
    value: (worker) => (worker.reachable ? 1 : 0),
    render: (worker) => <WorkerHealth worker={worker} />,
  },
  {
    key: 'actions',
    title: '',
    width: '40px',
    render: (worker) => (
      <Menu
        label={`Actions of ${worker.name}`}
        entries={workerActions(worker)}
        testId={`overview-workers-menu-${workerSegment(worker.name)}`}
      />
    ),
  },
];

export function WorkerHealth({ worker }: { worker: WorkerRecord }): JSX.Element {
  if (!worker.enabled) {
    return (
      <span class="state tone-off">
        <StateShape state="paused" /> Disabled
      </span>
    );
  }
  if (!worker.reachable) {
    return (
      <span class="state tone-off">
        <StateShape state="unknown" /> Unknown: no reply
        {worker.heardAt === null ? '' : ` for ${formatDuration(now.value - worker.heardAt)}`}
      </span>
    );
  }
  return (
    <span class="state tone-ok">
      <StateShape state="running" /> {worker.draining ? 'Running, draining' : 'Running'}
    </span>
  );
}

/** A click on a worker filters the instances below. */
export function WorkerTable({
  workers,
  selected,
}: {
  workers: readonly WorkerRecord[];
  selected: string;
}): JSX.Element {
  return (
    <DataTable
      id="overview-workers"
      caption="Workers"
      rows={workers}
      columns={COLUMNS}
      rowKey={keyOf}
      selected={selected}
      onSelect={(key) => setQuery({ server: key === selected ? null : key })}
      onOpen={(worker) => navigate(pathTo('servers', worker.cluster, workerSegment(worker.name)))}
      rowClass={(worker) => (worker.reachable ? '' : 'silent')}
    />
  );
}
