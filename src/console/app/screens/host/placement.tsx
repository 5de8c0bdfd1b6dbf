/** What the placement says of one worker: what is fixed on it, and which permanent instances run there. */
import type { JSX } from 'preact';
import { fixedOf } from '../../core/placement-draft.js';
import { type JsonRecord, type WorkerRecord, workerName } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { recordOf, textsOf } from '../../core/values.js';
import { ApiError } from '../../data/api.js';
import { readPlacement } from '../../data/placement.js';
import { plant } from '../../data/plant.js';
import { Link } from '../../ui/basics.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';

/** Nothing where no manager places instances. */
export function WorkerPlacement({ worker }: { worker: WorkerRecord }): JSX.Element | null {
  const { cluster } = worker;
  const documents = useResource(`placement of ${worker.name}`, (signal) => readPlacement(cluster, signal));
  if (documents.error instanceof ApiError && documents.error.status === 404) return null;
  return (
    <Panel
      id="worker-placement"
      title="Placement"
      state={documents.state}
      actions={
        <Link to={`${pathTo('placement', cluster)}?worker=${encodeURIComponent(worker.url)}`}>Change…</Link>
      }
    >
      <Loaded resource={documents} lines={3}>
        {({ placement }) => <Entries pool={placement} worker={worker} />}
      </Loaded>
    </Panel>
  );
}

function Entries({ pool, worker }: { pool: JsonRecord; worker: WorkerRecord }): JSX.Element {
  const { cluster, name } = worker;
  const address = Object.keys(pool).find((url) => workerName(url) === name);
  if (address === undefined)
    return <Empty title="The pool does not name this worker">It registered itself.</Empty>;
  const fixed = fixedOf(pool, address);
  const cameras = textsOf(recordOf(pool[address]).cameras);
  const permanent = (plant.value?.permanent ?? []).filter(
    (entry) => entry.cluster === cluster && entry.worker === name,
  );
  return (
    <dl class="placement-entries">
      <dt>Fixed here</dt>
      <dd>
        <Names
          entries={fixed.map(({ name: instance, port, enabled }) => ({
            name: instance,
            path: pathTo('configs', cluster, instance),
            note: [port === '' ? '' : `port ${port}`, enabled ? '' : 'switched off'],
          }))}
        />
      </dd>
      {cluster === 'pipelines' && (
        <>
          <dt>Cameras whose pipelines go here</dt>
          <dd>
            <Names
              entries={cameras.map((camera) => ({
                name: camera,
                path: pathTo('configs', 'cameras', camera),
                note: [],
              }))}
            />
          </dd>
        </>
      )}
      <dt>Permanent instances that run here</dt>
      <dd>
        <Names
          entries={permanent.map((entry) => ({
            name: entry.name,
            path: pathTo('i', cluster, entry.name),
            note: [entry.configuration === entry.name ? '' : `of ${entry.configuration}`],
          }))}
        />
      </dd>
    </dl>
  );
}

interface NamedEntry {
  readonly name: string;
  readonly path: string;
  readonly note: readonly string[];
}

function Names({ entries }: { entries: readonly NamedEntry[] }): JSX.Element {
  if (entries.length === 0) return <span class="muted">none</span>;
  return (
    <ul class="plain-list">
      {entries.map(({ name, path, note }) => (
        <li key={name}>
          <Link to={path}>{name}</Link> <span class="muted">{note.filter(Boolean).join(', ')}</span>
        </li>
      ))}
    </ul>
  );
}
