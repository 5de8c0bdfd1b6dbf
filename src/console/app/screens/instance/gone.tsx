import type { JSX } from 'preact';
import { formatTime } from '../../core/format.js';
import type { InstanceRecord } from '../../core/plant.js';
import { recordsOf, textOf, timeOf } from '../../core/values.js';
import { callJson } from '../../data/api.js';
import { now } from '../../data/plant.js';
import { Icon } from '../../ui/icons.jsx';
import { useResource } from '../../ui/resource.jsx';
import { StartButton } from './not-running.jsx';

/** Milliseconds between a request to stop and the end of the process, at most. */
const STOPPING = 120_000;
/** Milliseconds after which nobody will be named any more. */
const RECORDED = 15_000;

/** What stands above an instance that ended while somebody looked at it. */
export function Gone({ instance, endedAt }: { instance: InstanceRecord; endedAt: number }): JSX.Element {
  const { cluster, name, configuration } = instance;
  // the record is written when the process has ended, which may be a moment later
  const period = now.value - endedAt < RECORDED ? 2000 : undefined;
  const load = async (signal: AbortSignal): Promise<string | null> => {
    const path = `/api/v2/audit?action=instance.stop&target=${encodeURIComponent(name)}&limit=1`;
    const [record = {}] = recordsOf((await callJson(cluster, path, { signal })).records);
    const isRecent = endedAt - (timeOf(record.time) ?? 0) < STOPPING;
    return isRecent ? (textOf(record.actor) ?? textOf(record.address)) : null;
  };
  const stopper = useResource(`stopper of ${instance.key} at ${endedAt}`, load, period);
  return (
    <div class="banner" role="alert" data-testid="instance-gone">
      <Icon name="alarm" />
      <span>
        {name} stopped at {formatTime(endedAt, false)}
        {stopper.data == null ? '' : `, by ${stopper.data}`}. What you see is what was there last.
      </span>
      <span class="spacer" />
      <StartButton cluster={cluster} name={name} configuration={configuration ?? name} />
    </div>
  );
}
