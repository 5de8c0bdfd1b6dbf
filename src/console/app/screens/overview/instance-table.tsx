import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import {
  formatByteRate,
  formatBytes,
  formatDuration,
  formatHertz,
  formatPercent,
  formatShape,
  MISSING,
} from '../../core/format.js';
import { HEALTH } from '../../core/health.js';
import type { InstanceRecord } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { highlightParts } from '../../core/search.js';
import { navigate, queryValue, setQuery } from '../../data/navigation.js';
import { ageOf, historyOf, now } from '../../data/plant.js';
import { Button, Link, StateBadge } from '../../ui/basics.jsx';
import { Icon } from '../../ui/icons.jsx';
import { Menu } from '../../ui/menu.jsx';
import { Sparkline } from '../../ui/sparkline.jsx';
import { type Column, DataTable } from '../../ui/table.jsx';
import { instanceActions, stopMany } from '../actions.js';

export function InstanceTable({
  instances,
  words,
}: {
  instances: readonly InstanceRecord[];
  words: readonly string[];
}): JSX.Element {
  const [checked, setChecked] = useState<ReadonlySet<string>>(new Set());
  // sorting keeps its result as long as the columns are the same
  const columns = useMemo(() => columnsFor(words), [words.join(' ')]);
  const chosen = instances.filter((entry) => checked.has(entry.key));
  return (
    <>
      {chosen.length > 0 && (
        <div class="bulk">
          <span>{chosen.length} chosen</span>
          <Button icon="stop" kind="risky" onClick={() => stopMany(chosen)}>
            Stop {chosen.length}…
          </Button>
          <Button kind="quiet" onClick={() => setChecked(new Set())}>
            Clear
          </Button>
        </div>
      )}
      <DataTable
        id="overview-instances"
        caption="Running instances"
        rows={instances}
        columns={columns}
        rowKey={(entry) => entry.key}
        selected={queryValue('selected') || null}
        onSelect={(key) => setQuery({ selected: key })}
        onOpen={(entry) => navigate(pathTo('i', entry.cluster, entry.name))}
        rowClass={(entry) => `row-${HEALTH[entry.health.state].tone}`}
        sortParameters={['sort', 'dir']}
        defaultSort="name"
        tools
        checked={checked}
        onCheck={setChecked}
      />
    </>
  );
}

function columnsFor(words: readonly string[]): readonly Column<InstanceRecord>[] {
  return [
    {
      key: 'name',
      title: 'Instance',
      value: (entry) => entry.name,
      render: (entry) => (
        <span class="instance-name">
          <Icon name={entry.cluster} label={entry.cluster === 'cameras' ? 'camera' : 'pipeline'} />
          <Link to={pathTo('i', entry.cluster, entry.name)}>
            {highlightParts(entry.name, words).map((part, index) =>
              part.found ? <mark key={index}>{part.text}</mark> : part.text,
            )}
          </Link>
          {entry.permanent && <Icon name="pin" label="permanent" />}
          {entry.readOnly && <Icon name="lock" label="read-only" />}
        </span>
      ),
    },
    ...COLUMNS,
  ];
}

const COLUMNS: readonly Column<InstanceRecord>[] = [
  {
    key: 'state',
    title: 'State',
    value: (entry) => -HEALTH[entry.health.state].urgency,
    render: (entry) => <StateBadge health={entry.health} />,
  },
  {
    key: 'worker',
    title: 'Worker',
    optional: true,
    value: (entry) => entry.worker,
    tooltip: (entry) => entry.worker ?? undefined,
    render: (entry) => entry.worker ?? MISSING,
  },
  {
    key: 'type',
    title: 'Type',
    optional: true,
    value: (entry) => entry.pipelineType,
    render: (entry) => entry.pipelineType ?? MISSING,
  },
  {
    key: 'camera',
    title: 'Camera',
    extra: true,
    value: (entry) => entry.camera,
    render: (entry) => entry.camera ?? MISSING,
  },
  {
    key: 'mode',
    title: 'Mode',
    extra: true,
    value: (entry) => entry.mode,
    render: (entry) => entry.mode ?? MISSING,
  },
  {
    key: 'up',
    title: 'Up',
    numeric: true,
    optional: true,
    value: (entry) => (entry.startedAt === null ? null : -entry.startedAt),
    render: (entry) => (entry.startedAt === null ? MISSING : formatDuration(now.value - entry.startedAt)),
  },
  {
    key: 'clients',
    title: 'Clients',
    numeric: true,
    optional: true,
    value: (entry) => entry.statistics.clients,
    tooltip: () => 'stream clients + forwards',
    render: ({ statistics: { clients, forwards } }) =>
      clients === null ? MISSING : forwards === null ? clients : `${clients} + ${forwards}`,
  },
  {
    key: 'rx',
    title: 'RX',
    numeric: true,
    value: (entry) => entry.statistics.rx,
    render: (entry) => (
      <>
        <Sparkline series={historyOf(`${entry.key} rx`)} /> {formatHertz(entry.statistics.rx)}
      </>
    ),
  },
  {
    key: 'tx',
    title: 'TX',
    numeric: true,
    value: (entry) => entry.statistics.tx,
    render: (entry) => formatHertz(entry.statistics.tx),
  },
  {
    key: 'throughput',
    title: 'Throughput',
    numeric: true,
    optional: true,
    value: (entry) => entry.statistics.throughput,
    render: (entry) => formatByteRate(entry.statistics.throughput),
  },
  {
    key: 'cpu',
    title: 'CPU',
    numeric: true,
    optional: true,
    value: (entry) => entry.statistics.cpu,
    tooltip: (entry) => (entry.statistics.cpu === null ? undefined : `${entry.statistics.cpu} % of one core`),
    render: (entry) => formatPercent(entry.statistics.cpu),
  },
  {
    key: 'memory',
    title: 'Memory',
    numeric: true,
    optional: true,
    value: (entry) => entry.statistics.memory,
    tooltip: (entry) => (entry.statistics.memory === null ? undefined : `${entry.statistics.memory} B`),
    render: (entry) => formatBytes(entry.statistics.memory),
  },
  {
    key: 'shape',
    title: 'Frame',
    extra: true,
    value: (entry) => entry.statistics.frameShape,
    render: (entry) => formatShape(entry.statistics.frameShape),
  },
  {
    key: 'viewers',
    title: 'Viewers',
    numeric: true,
    extra: true,
    value: (entry) => entry.viewers,
    render: (entry) => entry.viewers ?? MISSING,
  },
  {
    key: 'header',
    title: 'Header changes',
    numeric: true,
    extra: true,
    value: (entry) => entry.statistics.headerChanges,
    render: (entry) => entry.statistics.headerChanges ?? MISSING,
  },
  {
    key: 'age',
    title: 'Age',
    numeric: true,
    value: (entry) => ageOf(entry),
    tooltip: () => 'since its statistics were renewed',
    render: (entry) => formatDuration(ageOf(entry)),
  },
  {
    key: 'actions',
    title: '',
    width: '40px',
    render: (entry) => (
      <Menu
        label={`Actions of ${entry.name}`}
        entries={instanceActions(entry)}
        testId={`overview-instances-menu-${entry.name}`}
      />
    ),
  },
];
