/** One instance: the same heading on all tabs, and an address that stays valid when it does not run. */
import type { ComponentType, JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { formatDuration } from '../../core/format.js';
import type { Cluster, Health, InstanceRecord } from '../../core/plant.js';
import { workerSegment } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { navigate, screen } from '../../data/navigation.js';
import { findInstance, now, plant } from '../../data/plant.js';
import { denial } from '../../data/session.js';
import { Button, CopyButton, Link, StateBadge } from '../../ui/basics.jsx';
import { Icon } from '../../ui/icons.jsx';
import { Panel, Skeleton } from '../../ui/panel.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { Tabs } from '../../ui/tabs.jsx';
import { stopInstance } from '../actions.js';
import { ConfigTab } from './config-tab.jsx';
import { Gone } from './gone.jsx';
import { HistoryTab } from './history-tab.jsx';
import { InfoTab } from './info-tab.jsx';
import { InspectTab } from './inspect-tab.jsx';
import { LogsTab } from './logs-tab.jsx';
import { MetricsTab } from './metrics-tab.jsx';
import { NotRunning } from './not-running.jsx';
import { ViewTab } from './view-tab.jsx';

export interface TabProps {
  readonly cluster: Cluster;
  readonly name: string;
  /** As it runs now, or as it was seen last; null when it never ran while the page was open. */
  readonly instance: InstanceRecord | null;
  readonly isRunning: boolean;
}

interface TabDefinition {
  readonly key: string;
  readonly label: string;
  readonly component: ComponentType<TabProps>;
  /** Has something to show when it does not run. */
  readonly offline?: boolean;
}

const TABS: readonly TabDefinition[] = [
  { key: 'view', label: 'View', component: ViewTab },
  { key: 'info', label: 'Info', component: InfoTab },
  { key: 'inspect', label: 'Inspect', component: InspectTab },
  { key: 'config', label: 'Config', component: ConfigTab, offline: true },
  { key: 'logs', label: 'Logs', component: LogsTab, offline: true },
  { key: 'metrics', label: 'Metrics', component: MetricsTab, offline: true },
  { key: 'history', label: 'History', component: HistoryTab, offline: true },
];

export function InstanceScreen(): JSX.Element {
  const { cluster, instance: name = '', tab = 'view' } = screen.value.parameters;
  return <Instance key={`${cluster}/${name}`} cluster={cluster as Cluster} name={name} tab={tab} />;
}

/** Of an instance that was there and is not listed any more. */
const ENDED: Health = { state: 'down', rule: 'It ended.', hint: null };

function Instance({ cluster, name, tab }: { cluster: Cluster; name: string; tab: string }): JSX.Element {
  const current = findInstance(cluster, name);
  const isRunning = current !== null && current.health.state !== 'down';
  const last = useRef<InstanceRecord | null>(null);
  const endedAt = useRef<number | null>(null);
  if (isRunning) {
    last.current = current;
    endedAt.current = null;
  } else if (last.current !== null) endedAt.current ??= Date.now();
  const instance = current ?? (last.current === null ? null : { ...last.current, health: ENDED });
  const chosen = TABS.find((entry) => entry.key === tab) ?? TABS[0]!;
  const Tab = chosen.component;
  const showsTab = isRunning || chosen.offline === true || (last.current !== null && chosen.key === 'view');
  return (
    <div class="instance-screen">
      <Heading cluster={cluster} name={name} instance={instance} isRunning={isRunning} />
      {endedAt.current !== null && last.current !== null && (
        <Gone instance={last.current} endedAt={endedAt.current} />
      )}
      <Tabs
        label={`Parts of ${name}`}
        current={chosen.key}
        tabs={TABS.map(({ key, label }) => ({ key, label, path: pathTo('i', cluster, name, key) }))}
      />
      {plant.value === null ? (
        <Panel id="instance-panel" title={chosen.label} state="loading">
          <Skeleton lines={8} />
        </Panel>
      ) : showsTab ? (
        <Tab cluster={cluster} name={name} instance={instance} isRunning={isRunning} />
      ) : (
        <NotRunning cluster={cluster} name={name} instance={current} />
      )}
    </div>
  );
}

function Heading({
  cluster,
  name,
  instance,
  isRunning,
}: {
  cluster: Cluster;
  name: string;
  instance: InstanceRecord | null;
  isRunning: boolean;
}): JSX.Element {
  const worker = instance?.worker ?? null;
  return (
    <PageHead title={name}>
      {instance !== null && <StateBadge health={instance.health} />}
      <span class="facts-line">
        {worker !== null && (
          <Link to={pathTo('servers', cluster, workerSegment(worker))} title="Worker">
            {worker}
          </Link>
        )}
        {instance?.mode != null && <span>{instance.mode}</span>}
        {instance?.permanent && (
          <span>
            <Icon name="pin" /> permanent
          </span>
        )}
        {instance?.readOnly && (
          <span>
            <Icon name="lock" /> read-only
          </span>
        )}
        {isRunning && instance?.startedAt != null && (
          <span>up {formatDuration(now.value - instance.startedAt)}</span>
        )}
        {isRunning && instance?.streamAddress != null && (
          <span>
            <code>{instance.streamAddress}</code>
            <CopyButton text={instance.streamAddress} what="stream address" />
          </span>
        )}
      </span>
      <span class="spacer" />
      {cluster === 'pipelines' && instance?.camera != null && (
        <Button icon="cameras" onClick={() => navigate(pathTo('i', 'cameras', instance.camera!))}>
          Camera
        </Button>
      )}
      {isRunning && instance !== null && (
        <Button
          kind="risky"
          icon="octagon"
          onClick={() => stopInstance(instance)}
          denied={denial('instance.stop')}
          testId="instance-stop"
        >
          {instance.permanent ? 'Restart…' : 'Stop…'}
        </Button>
      )}
    </PageHead>
  );
}
