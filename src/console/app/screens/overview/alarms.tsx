import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { formatDuration } from '../../core/format.js';
import { HEALTH } from '../../core/health.js';
import { type Alarm, type InstanceRecord, type WorkerRecord, workerSegment } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { now } from '../../data/plant.js';
import { Button, Link, StateBadge } from '../../ui/basics.jsx';
import { Icon } from '../../ui/icons.jsx';

/** Lines before the rest is asked for; low windows keep their place for the list. */
const firstLines = (): number => (window.innerHeight < 800 ? 1 : 3);
/** Told by the state of the worker or of the instance itself. */
const SHOWN_OTHERWISE = ['worker_down', 'permanent_down', 'frozen', 'blocked'];

interface AlarmsProps {
  readonly instances: readonly InstanceRecord[];
  readonly workers: readonly WorkerRecord[];
  readonly alarms: readonly Alarm[];
}

/** What needs somebody now, with the next step. Nothing when all is well. */
export function Alarms({ instances, workers, alarms }: AlarmsProps): JSX.Element | null {
  const [all, setAll] = useState(false);
  const lines = [
    ...workers.filter((worker) => !worker.reachable && worker.enabled).map(workerLine),
    ...alarms.filter((alarm) => !SHOWN_OTHERWISE.includes(alarm.kind)).map(alarmLine),
    ...instances
      .filter((entry) => HEALTH[entry.health.state].isAlarm)
      .sort(byUrgency)
      .map(instanceLine),
  ];
  if (lines.length === 0) return null;
  const first = firstLines();
  return (
    <section class="alarms" aria-label="Alarms" data-testid="overview-alarms">
      <ul>{all ? lines : lines.slice(0, first)}</ul>
      {lines.length > first && (
        <Button kind="quiet" onClick={() => setAll(!all)} expanded={all}>
          {all ? 'Fewer' : `${lines.length - first} more`}
        </Button>
      )}
    </section>
  );
}

function workerLine(worker: WorkerRecord): JSX.Element {
  const since = worker.heardAt === null ? '' : ` for ${formatDuration(now.value - worker.heardAt)}`;
  return (
    <li key={`${worker.cluster} ${worker.name}`}>
      <StateBadge
        health={{ state: 'unknown', rule: worker.problem ?? 'the worker does not answer', hint: null }}
      />
      <Link to={pathTo('servers', worker.cluster, workerSegment(worker.name))}>{worker.name}</Link>
      <span class="muted">No reply{since}. Check the host, its network and the service.</span>
    </li>
  );
}

function alarmLine(alarm: Alarm): JSX.Element {
  return (
    <li key={`${alarm.kind} ${alarm.cluster} ${alarm.target}`}>
      <span class={`state ${alarm.severity === 'error' ? 'tone-bad' : 'tone-warn'}`}>
        <Icon name="alarm" /> {alarm.target}
      </span>
      <span class="muted">{alarm.text}</span>
    </li>
  );
}

function instanceLine(entry: InstanceRecord): JSX.Element {
  return (
    <li key={entry.key}>
      <StateBadge health={entry.health} />
      <Link to={pathTo('i', entry.cluster, entry.name)}>{entry.name}</Link>
      <span class="muted">
        {entry.health.rule}
        {entry.health.hint === null ? '' : `. ${entry.health.hint}`}
      </span>
    </li>
  );
}

/** The most urgent first, then by name. */
function byUrgency(a: InstanceRecord, b: InstanceRecord): number {
  return HEALTH[b.health.state].urgency - HEALTH[a.health.state].urgency || a.name.localeCompare(b.name);
}
