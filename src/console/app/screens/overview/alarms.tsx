import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { formatDuration } from '../../core/format.js';
import { HEALTH } from '../../core/health.js';
import type { InstanceRecord, WorkerRecord } from '../../core/plant.js';
import { workerSegment } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { Button, Link, StateBadge } from '../../ui/basics.jsx';
import { byUrgency } from './overview.jsx';

const FIRST = 3;

/** What needs somebody now, with the next step. Nothing when all is well. */
export function Alarms({
  instances,
  workers,
}: {
  instances: readonly InstanceRecord[];
  workers: readonly WorkerRecord[];
}): JSX.Element | null {
  const [all, setAll] = useState(false);
  const silent = workers.filter((worker) => !worker.reachable && worker.enabled);
  const alarms = instances.filter((entry) => HEALTH[entry.health.state].isAlarm).sort(byUrgency);
  const versions = new Set(workers.map((worker) => worker.version).filter((version) => version !== null));
  const lines = [
    ...silent.map((worker) => (
      <li key={`${worker.cluster} ${worker.name}`}>
        <StateBadge health={{ state: 'unknown', rule: 'the worker does not answer', hint: null }} />
        <Link to={pathTo('servers', worker.cluster, workerSegment(worker.name))}>{worker.name}</Link>
        <span class="muted">
          No reply{worker.silentFor === null ? '' : ` for ${formatDuration(worker.silentFor)}`}. Check the
          host, its network and the service.
        </span>
      </li>
    )),
    ...(versions.size > 1
      ? [
          <li key="versions">
            <span class="tone-warn">Version mismatch</span>
            <span class="muted">Workers run {[...versions].join(' and ')}. Update them to one version.</span>
          </li>,
        ]
      : []),
    ...alarms.map((entry) => (
      <li key={entry.key}>
        <StateBadge health={entry.health} />
        <Link to={pathTo('i', entry.cluster, entry.name)}>{entry.name}</Link>
        <span class="muted">
          {entry.health.rule}
          {entry.health.hint === null ? '' : `. ${entry.health.hint}`}
        </span>
      </li>
    )),
  ];
  if (lines.length === 0) return null;
  const shown = all ? lines : lines.slice(0, FIRST);
  return (
    <section class="alarms" aria-label="Alarms" data-testid="overview-alarms">
      <ul>{shown}</ul>
      {lines.length > FIRST && (
        <Button kind="quiet" onClick={() => setAll(!all)} expanded={all}>
          {all ? 'Fewer' : `${lines.length - FIRST} more`}
        </Button>
      )}
    </section>
  );
}
