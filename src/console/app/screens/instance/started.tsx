/** When and by whom an instance was started, and from which revision of its configuration. */
import type { JSX } from 'preact';
import { formatTime } from '../../core/format.js';
import type { InstanceRecord } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { revisionAt, type Starter, starterOf } from '../../core/started-by.js';
import { ApiError, callJson } from '../../data/api.js';
import { listRevisions } from '../../data/configurations.js';
import { Link } from '../../ui/basics.jsx';
import { Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';

interface Start {
  readonly starter: Starter | null;
  readonly revision: number | null;
}

async function load(instance: InstanceRecord, startedAt: number, signal: AbortSignal): Promise<Start> {
  const { cluster, name, configuration } = instance;
  const from = new Date(startedAt - 600_000).toISOString();
  const to = new Date(startedAt + 600_000).toISOString();
  const path = `/api/v2/audit?cluster=${cluster}&action=instance&target=${encodeURIComponent(name)}`;
  const [audit, revisions] = await Promise.all([
    callJson(cluster, `${path}&from=${from}&to=${to}&limit=500`, { signal }),
    configuration === null ? [] : listRevisions(cluster, configuration, signal).catch(noneWhenMissing),
  ]);
  return {
    starter: starterOf(audit.records, name, startedAt),
    revision: revisionAt(revisions, startedAt),
  };
}

function noneWhenMissing(error: unknown): [] {
  if (error instanceof ApiError && error.status === 404) return [];
  throw error;
}

export function Started({ instance }: { instance: InstanceRecord }): JSX.Element | null {
  const { cluster, name, configuration, startedAt } = instance;
  const start = useResource(`start of ${cluster}/${name} ${startedAt} ${configuration}`, async (signal) =>
    startedAt === null ? null : load(instance, startedAt, signal),
  );
  if (startedAt === null) return null;
  return (
    <Panel id="instance-started" title="Started" state={start.state}>
      <Loaded resource={start} lines={2}>
        {(found) => (
          <ul class="plain-list">
            <li>
              {formatTime(startedAt)} <Who starter={found?.starter ?? null} permanent={instance.permanent} />
            </li>
            {configuration !== null && (
              <li>
                from <Link to={pathTo('configs', cluster, configuration, 'history')}>{configuration}</Link>
                {found?.revision == null
                  ? ', as it was before its first revision'
                  : `, revision ${found.revision}`}
              </li>
            )}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}

function Who({ starter, permanent }: { starter: Starter | null; permanent: boolean }): JSX.Element {
  if (starter === null) {
    return (
      <span class="muted">
        {permanent ? 'by the manager, as it is permanent' : 'by no request that the audit log has'}
      </span>
    );
  }
  const { actor, client, action } = starter;
  return (
    <>
      by <b title={client ?? ''}>{actor}</b> <span class="muted">{action}</span>
    </>
  );
}
