import type { JSX } from 'preact';
import { formatTime, MISSING } from '../../core/format.js';
import type { Cluster } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { ApiError } from '../../data/api.js';
import {
  diffRevisions,
  listRevisions,
  type Revision,
  readConfiguration,
  restoreRevision,
  type StoredDocument,
} from '../../data/configurations.js';
import { queryValue, setQuery } from '../../data/navigation.js';
import { denial } from '../../data/session.js';
import { Button, Link } from '../../ui/basics.jsx';
import { confirmAction } from '../../ui/dialog.jsx';
import { SwitchedChanges } from '../../ui/diff-view.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';

interface HistoryProps {
  readonly cluster: Cluster;
  readonly name: string;
  readonly document: StoredDocument | null;
  readonly onRestored: () => void;
}

/** Every revision with its author; any two can be compared; an old one comes back as a new one. */
export function HistoryTab({ cluster, name, document, onRestored }: HistoryProps): JSX.Element {
  const revisions = useResource(`${cluster}/${name}`, (signal) => listRevisions(cluster, name, signal));
  const restored = (): void => {
    revisions.reload();
    onRestored();
  };
  const to = queryValue('rev') || String(revisions.data?.[0]?.revision ?? '');
  const from = queryValue('against') || String(revisions.data?.[1]?.revision ?? '');
  return (
    <div class="columns history">
      <Panel
        id="config-history"
        title="Revisions"
        state={revisions.state}
        note={revisions.data?.length ?? ''}
      >
        <Loaded resource={revisions}>
          {(list) =>
            list.length === 0 ? (
              <Empty title="No revision was recorded yet" />
            ) : (
              <ol class="revisions">
                {list.map((revision) => (
                  <RevisionLine
                    key={revision.revision}
                    revision={revision}
                    isFrom={String(revision.revision) === from}
                    isTo={String(revision.revision) === to}
                    isCurrent={revision === list[0]}
                    onRestore={() => restore(cluster, name, revision, document, restored)}
                  />
                ))}
              </ol>
            )
          }
        </Loaded>
        <p>
          <Link to={`${pathTo('audit')}?target=${encodeURIComponent(name)}`}>
            All actions on this configuration
          </Link>
        </p>
      </Panel>
      <Panel id="config-diff" title={`Revision ${from || '–'} → ${to || '–'}`}>
        {from !== '' && to !== '' ? (
          <Difference cluster={cluster} name={name} from={from} to={to} />
        ) : (
          revisions.data !== null && <p class="muted">There is one revision only: nothing to compare with.</p>
        )}
      </Panel>
    </div>
  );
}

function Difference({
  cluster,
  name,
  from,
  to,
}: {
  cluster: Cluster;
  name: string;
  from: string;
  to: string;
}): JSX.Element {
  const key = `${cluster}/${name} ${from} ${to}`;
  const changes = useResource(key, (signal) => diffRevisions(cluster, name, from, to, signal));
  return (
    <Loaded resource={changes}>
      {(list) => <SwitchedChanges changes={list} testId="config-diff-table" />}
    </Loaded>
  );
}

interface RevisionLineProps {
  readonly revision: Revision;
  readonly isFrom: boolean;
  readonly isTo: boolean;
  readonly isCurrent: boolean;
  readonly onRestore: () => void;
}

function RevisionLine({ revision, isFrom, isTo, isCurrent, onRestore }: RevisionLineProps): JSX.Element {
  const number = String(revision.revision);
  return (
    <li data-testid={`revision-${number}`}>
      <label title="Compare from this">
        <input
          type="radio"
          name="from"
          checked={isFrom}
          onChange={() => setQuery({ against: number })}
          aria-label={`From revision ${number}`}
        />
      </label>
      <label title="Compare to this">
        <input
          type="radio"
          name="to"
          checked={isTo}
          onChange={() => setQuery({ rev: number })}
          aria-label={`To revision ${number}`}
        />
      </label>
      <span>
        <b>{number}</b> {revision.action}
        <br />
        <span class="muted">
          {formatTime(revision.time)} by {revision.author ?? MISSING}
          {revision.comment === null ? '' : `: ${revision.comment}`}
        </span>
      </span>
      <span class="spacer" />
      {isCurrent ? (
        <span class="muted">current</span>
      ) : (
        revision.action !== 'deleted' && (
          <Button
            kind="quiet"
            icon="history"
            denied={denial('config.save')}
            onClick={onRestore}
            testId={`restore-${number}`}
          >
            Restore…
          </Button>
        )
      )}
    </li>
  );
}

function restore(
  cluster: Cluster,
  name: string,
  { revision }: Revision,
  document: StoredDocument | null,
  onRestored: () => void,
): void {
  confirmAction({
    tier: 1,
    title: `Restore revision ${revision} of ${name}?`,
    target: name,
    facts: ['A new revision is made with the content of the old one; nothing of the history is lost'],
    actionLabel: `Restore revision ${revision}`,
    reason: 'optional',
    run: async (reason) => {
      const etag = document?.etag ?? (await presentTag(cluster, name));
      const saved = await restoreRevision(cluster, name, revision, etag, reason);
      onRestored();
      return `${name} is now revision ${saved.revision ?? '–'}, with the content of revision ${revision}.`;
    },
  });
}

/** Null when the configuration was deleted. */
async function presentTag(cluster: Cluster, name: string): Promise<string | null> {
  try {
    return (await readConfiguration(cluster, name)).etag;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
