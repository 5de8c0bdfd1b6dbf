import type { JSX } from 'preact';
import { readLogRecords } from '../../core/log-records.js';
import type { InstanceRecord } from '../../core/plant.js';
import { callJson } from '../../data/api.js';
import { Empty } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';

/** The newest log records of an instance. */
export function LogLines({
  instance,
  limit,
}: {
  /** It need not run any more. */
  instance: Pick<InstanceRecord, 'cluster' | 'name'>;
  limit: number;
}): JSX.Element {
  const path = `/api/v2/logs?cluster=${instance.cluster}&scope=instance&instance=${encodeURIComponent(instance.name)}&limit=${limit}`;
  const logs = useResource(
    path,
    async (signal) => readLogRecords(await callJson(instance.cluster, path, { signal })),
    5000,
  );
  return (
    <Loaded resource={logs} lines={3}>
      {({ records }) =>
        records.length === 0 ? (
          <Empty title="No records" />
        ) : (
          <ol class="log-lines">
            {records.map((record) => (
              <li key={`${record.time} ${record.message}`} class={`level-${record.level.toLowerCase()}`}>
                <span class="muted">{record.time.slice(11, 19)}</span> <b>{record.level[0]}</b>{' '}
                {record.message.split('\n')[0]}
              </li>
            ))}
          </ol>
        )
      }
    </Loaded>
  );
}
