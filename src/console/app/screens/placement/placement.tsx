/** Where instances run and which always run: one draft, one review with its consequences. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { changesBetween, isEqual } from '../../core/changes.js';
import { draftProblems, fixedThere, withoutKey, withWorker } from '../../core/placement-draft.js';
import { type Cluster, type JsonRecord, workerName } from '../../core/plant.js';
import { recordOf } from '../../core/values.js';
import { ApiError } from '../../data/api.js';
import { listConfigurations } from '../../data/configurations.js';
import { queryValue, setQuery } from '../../data/navigation.js';
import { type Documents, readPlacement } from '../../data/placement.js';
import { plant } from '../../data/plant.js';
import { denial } from '../../data/session.js';
import { Button } from '../../ui/basics.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { PageHead } from '../../ui/shell.jsx';
import { ClusterTabs, currentCluster } from '../configurations/cluster-tabs.jsx';
import { AddWorker } from './add-worker.jsx';
import { dropHandlers } from './dragging.jsx';
import { FixedInstances } from './fixed-instances.jsx';
import { PermanentInstances } from './permanent-instances.jsx';
import { PlacementReview } from './review.jsx';

interface Loadable {
  readonly documents: Documents;
  readonly configurations: readonly string[];
}

async function load(cluster: Cluster, signal: AbortSignal): Promise<Loadable> {
  const [documents, list] = await Promise.all([
    readPlacement(cluster, signal),
    listConfigurations(cluster, signal),
  ]);
  return { documents, configurations: list.map((entry) => entry.name) };
}

export function PlacementScreen(): JSX.Element {
  const cluster = currentCluster();
  const loaded = useResource(`placement ${cluster}`, (signal) => load(cluster, signal));
  const standalone = loaded.error instanceof ApiError && loaded.error.status === 404;
  return (
    <div class="fill-screen">
      <PageHead title="Placement" />
      <ClusterTabs path="placement" />
      {standalone ? (
        <Panel id="placement-workers" title="Workers" state="empty">
          <Empty title="This cluster has no manager">
            <p>A standalone server runs its instances itself; there is nothing to place.</p>
          </Empty>
        </Panel>
      ) : (
        <Loaded resource={loaded} lines={10}>
          {(data) => (
            <Draft
              key={`${cluster} ${loaded.loadedAt}`}
              cluster={cluster}
              loaded={data}
              onSaved={loaded.reload}
            />
          )}
        </Loaded>
      )}
    </div>
  );
}

/** What a test made good is offered as an entry of the draft. */
function promoted(permanent: JsonRecord, name: string): JsonRecord {
  return name === '' || name in permanent ? permanent : { ...permanent, [name]: name };
}

interface DraftProps {
  readonly cluster: Cluster;
  readonly loaded: Loadable;
  readonly onSaved: () => void;
}

function Draft({ cluster, loaded, onSaved }: DraftProps): JSX.Element {
  const { documents, configurations } = loaded;
  const [pool, setPool] = useState(documents.placement);
  const [permanent, setPermanent] = useState(() => promoted(documents.permanent, queryValue('promote')));
  const [dialog, setDialog] = useState<'review' | 'add-worker' | null>(null);
  const changes =
    changesBetween(documents.placement, pool).length + changesBetween(documents.permanent, permanent).length;
  const problems = draftProblems(pool, permanent, new Set(configurations));
  const readOnly = denial('placement.save');
  const chosen = queryValue('worker') in pool ? queryValue('worker') : (Object.keys(pool)[0] ?? '');
  return (
    <>
      <div class="draft-bar">
        <span data-testid="placement-draft">
          {changes === 0 ? 'No changes' : `Draft: ${changes} ${changes === 1 ? 'change' : 'changes'}`}
        </span>
        {readOnly !== null && <span class="muted">{readOnly}</span>}
        <span class="spacer" />
        <Button
          onClick={() => {
            setPool(documents.placement);
            setPermanent(documents.permanent);
          }}
          denied={changes === 0 ? 'Nothing was changed.' : null}
          testId="placement-discard"
        >
          Discard
        </Button>
        <Button
          kind="primary"
          onClick={() => setDialog('review')}
          denied={
            readOnly ??
            (problems[0] !== undefined ? problems[0] : changes === 0 ? 'Nothing was changed.' : null)
          }
          testId="placement-review"
        >
          Review…
        </Button>
      </div>
      {problems.length > 0 && (
        <ul class="issues" data-testid="placement-problems" role="alert">
          {problems.map((problem) => (
            <li key={problem} class="tone-bad">
              {problem}
            </li>
          ))}
        </ul>
      )}
      <div class="placement-grid">
        <Workers
          pool={pool}
          chosen={chosen}
          readOnly={readOnly !== null}
          onChange={setPool}
          onAdd={() => setDialog('add-worker')}
        />
        <FixedInstances
          pool={pool}
          worker={chosen}
          configurations={configurations}
          readOnly={readOnly !== null}
          withCameras={cluster === 'pipelines'}
          onChange={setPool}
        />
      </div>
      <PermanentInstances
        cluster={cluster}
        permanent={permanent}
        stored={documents.permanent}
        configurations={configurations}
        readOnly={readOnly !== null}
        onChange={setPermanent}
      />
      {dialog === 'add-worker' && (
        <AddWorker
          cluster={cluster}
          taken={Object.keys(pool)}
          onClose={() => setDialog(null)}
          onAdd={(url) => {
            setPool(withWorker(pool, url, { enabled: true, expanding: true }));
            setQuery({ worker: url });
            setDialog(null);
          }}
        />
      )}
      {dialog === 'review' && (
        <PlacementReview
          cluster={cluster}
          documents={documents}
          pool={isEqual(pool, documents.placement) ? null : pool}
          permanent={isEqual(permanent, documents.permanent) ? null : permanent}
          onClose={() => setDialog(null)}
          onSaved={() => {
            setDialog(null);
            onSaved();
          }}
        />
      )}
    </>
  );
}

interface WorkersProps {
  readonly pool: JsonRecord;
  readonly chosen: string;
  readonly readOnly: boolean;
  readonly onChange: (pool: JsonRecord) => void;
  readonly onAdd: () => void;
}

function Workers({ pool, chosen, readOnly, onChange, onAdd }: WorkersProps): JSX.Element {
  const running = (url: string): number =>
    plant.value?.workers.find((worker) => worker.name === workerName(url))?.instances ?? 0;
  return (
    <Panel
      id="placement-workers"
      title="Workers"
      note={Object.keys(pool).length}
      class="fill"
      actions={
        <Button icon="plus" onClick={onAdd} denied={readOnly ? 'Needs the role admin.' : null}>
          Add…
        </Button>
      }
    >
      <div class="table-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">On</th>
              <th scope="col" title="Takes instances that are fixed nowhere">
                Expand
              </th>
              <th scope="col">Address</th>
              <th scope="col" class="numeric">
                Fixed
              </th>
              <th scope="col" class="numeric">
                Running
              </th>
              <th scope="col">
                <span class="visually-hidden">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(pool).map(([url, value]) => {
              const worker = recordOf(value);
              return (
                <tr
                  key={url}
                  aria-selected={url === chosen}
                  data-testid={`placement-worker-${workerName(url)}`}
                  {...dropHandlers(readOnly, (name) => onChange(fixedThere(pool, name, url)))}
                >
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`${url} enabled`}
                      checked={worker.enabled !== false}
                      disabled={readOnly}
                      onChange={(event) =>
                        onChange(withWorker(pool, url, { enabled: event.currentTarget.checked }))
                      }
                    />
                  </td>
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`${url} expanding`}
                      checked={worker.expanding !== false}
                      disabled={readOnly}
                      onChange={(event) =>
                        onChange(withWorker(pool, url, { expanding: event.currentTarget.checked }))
                      }
                    />
                  </td>
                  <th scope="row">
                    <button type="button" class="expander" onClick={() => setQuery({ worker: url })}>
                      {workerName(url)}
                    </button>
                  </th>
                  <td class="numeric">{Array.isArray(worker.instances) ? worker.instances.length : 0}</td>
                  <td class="numeric">{running(url)}</td>
                  <td>
                    <Button
                      kind="quiet"
                      icon="close"
                      label={`Remove ${url} from the pool`}
                      disabled={readOnly}
                      onClick={() => onChange(withoutKey(pool, url))}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
