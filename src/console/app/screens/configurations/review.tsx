/** What will change, where, with which effect; applying it; and the way out when somebody else was faster. */

import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { changesBetween, mergeChanges, updateFor } from '../../core/changes.js';
import type { Cluster, InstanceRecord, JsonRecord } from '../../core/plant.js';
import { ApiError, messageOf } from '../../data/api.js';
import {
  readConfiguration,
  restoreRevision,
  type StoredDocument,
  saveConfiguration,
  updateInstance,
} from '../../data/configurations.js';
import { Button } from '../../ui/basics.jsx';
import { Dialog } from '../../ui/dialog.jsx';
import { SwitchedChanges } from '../../ui/diff-view.jsx';
import { InlineError } from '../../ui/inline-error.jsx';
import { showToast } from '../../ui/toasts.jsx';
import type { Check } from './checks.js';
import { ConflictView } from './conflict.jsx';

interface ReviewProps {
  readonly cluster: Cluster;
  readonly name: string;
  readonly document: StoredDocument | null;
  readonly text: string;
  readonly config: JsonRecord;
  readonly warnings: readonly Check[];
  readonly defaults: JsonRecord;
  readonly instance: InstanceRecord | null;
  /** Takes another text over into the editor. */
  readonly onEdit: (text: string) => void;
  readonly onClose: () => void;
  readonly onApplied: () => void;
}

export function ReviewDialog(props: ReviewProps): JSX.Element {
  const { cluster, name, document, config, warnings, defaults, instance } = props;
  const [base, setBase] = useState(document);
  const [text, setText] = useState(props.text);
  const [theirs, setTheirs] = useState<StoredDocument | null>(null);
  const [comment, setComment] = useState('');
  const [accepted, setAccepted] = useState(false);
  const canUpdate =
    instance !== null && instance.health.state !== 'down' && cluster === 'pipelines' && !instance.readOnly;
  const [alsoRunning, setAlsoRunning] = useState(canUpdate);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const started = useRef(false);
  const changes = changesBetween(base?.config ?? {}, JSON.parse(text) as JsonRecord);
  const blocked = busy
    ? 'In progress'
    : warnings.length > 0 && !accepted
      ? 'Tick that you have read the warnings.'
      : null;

  const apply = async (): Promise<void> => {
    if (blocked !== null || started.current) return;
    started.current = true;
    setBusy(true);
    setProblem(null);
    try {
      const saved = await saveConfiguration(cluster, name, text, comment.trim(), base?.etag ?? null);
      if (alsoRunning) {
        const { changes: changed, remove } = updateFor(base?.config ?? {}, JSON.parse(text) as JsonRecord);
        await updateInstance(cluster, name, changed, remove, { save: false, comment: comment.trim() });
      }
      offerUndo(cluster, name, base, saved);
      props.onApplied();
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) {
        setTheirs(await readConfiguration(cluster, name).catch(() => null));
      } else setProblem(messageOf(error));
    }
    started.current = false;
    setBusy(false);
  };

  if (theirs !== null && base !== null) {
    return (
      <Dialog title={`Somebody else changed ${name}`} onClose={props.onClose} wide testId="editor-conflict">
        <ConflictView
          merge={mergeChanges(base.config, theirs.config, config)}
          theirs={theirs}
          onCancel={props.onClose}
          onResolved={(merged) => {
            const resolved = JSON.stringify(merged, null, 1);
            setText(resolved);
            props.onEdit(resolved);
            setBase(theirs);
            setTheirs(null);
          }}
        />
      </Dialog>
    );
  }
  const targets = alsoRunning ? 2 : 1;
  const footer = (
    <>
      <Button onClick={props.onClose} testId="review-back">
        Cancel
      </Button>
      <Button kind="primary" onClick={() => void apply()} denied={blocked} testId="review-apply">
        {busy ? 'Applying…' : targets === 2 ? 'Apply to 2 targets' : 'Apply'}
      </Button>
    </>
  );
  return (
    <Dialog
      title={`Review: ${name}`}
      onClose={props.onClose}
      footer={footer}
      wide
      testId="editor-review-dialog"
    >
      <p class="muted">
        {base === null ? 'New configuration.' : `Base: saved revision ${base.revision ?? '–'}.`}{' '}
        {changeSummary(changes)}
      </p>
      <SwitchedChanges changes={changes} testId="review-changes" />
      <DefaultsAdded defaults={defaults} />
      <h3>Effect</h3>
      <ul class="facts">
        {effects(cluster, instance, alsoRunning).map((effect) => (
          <li key={effect}>{effect}</li>
        ))}
      </ul>
      {canUpdate && (
        <label class="check">
          <input
            type="checkbox"
            checked={alsoRunning}
            onChange={(event) => setAlsoRunning(event.currentTarget.checked)}
            data-testid="review-running"
          />
          Also change the running instance now
        </label>
      )}
      {warnings.length > 0 && (
        <>
          <h3>Warnings</h3>
          <ul class="facts">
            {warnings.map((warning) => (
              <li key={warning.message}>{warning.message}</li>
            ))}
          </ul>
          <label class="check">
            <input
              type="checkbox"
              checked={accepted}
              onChange={(event) => setAccepted(event.currentTarget.checked)}
            />
            I have read the warnings
          </label>
        </>
      )}
      <label class="field">
        <span>Comment</span>
        <input
          value={comment}
          data-testid="review-comment"
          placeholder="Why? It stays in the history."
          onInput={(event) => setComment(event.currentTarget.value)}
        />
      </label>
      <InlineError text={problem} />
    </Dialog>
  );
}

function changeSummary(changes: readonly { kind: string }[]): string {
  const count = (kind: string): number => changes.filter((change) => change.kind === kind).length;
  return `${count('changed')} changed, ${count('added')} added, ${count('removed')} removed.`;
}

function DefaultsAdded({ defaults }: { defaults: JsonRecord }): JSX.Element | null {
  const entries = Object.entries(defaults);
  if (entries.length === 0) return null;
  return (
    <>
      <h3>Defaults that the server fills in</h3>
      <ul class="defaults" data-testid="review-defaults">
        {entries.map(([key, value]) => (
          <li key={key}>
            <code>
              {key} = {JSON.stringify(value)}
            </code>
          </li>
        ))}
      </ul>
    </>
  );
}

function effects(cluster: Cluster, instance: InstanceRecord | null, alsoRunning: boolean): string[] {
  if (instance === null || instance.health.state === 'down')
    return ['No instance of it runs: it takes effect at the next start.'];
  if (cluster === 'cameras') return ['The running camera takes the configuration over at once.'];
  const list: string[] = [];
  if (instance.readOnly)
    list.push('The running instance is shared and read-only: it keeps what it has until its next start.');
  else if (alsoRunning) list.push('The instance keeps running and takes the changed keys over at once.');
  else list.push('The running instance keeps what it has until its next start.');
  if (instance.mode === 'PUSH')
    list.push('It pushes to a buffer: channels that change their shape interrupt the recording.');
  if (instance.permanent) list.push('It is permanent: at its next restart it uses the saved configuration.');
  return list;
}

function offerUndo(
  cluster: Cluster,
  name: string,
  before: StoredDocument | null,
  saved: StoredDocument,
): void {
  const text = `${name} is saved as revision ${saved.revision ?? '–'}.`;
  const { revision } = before ?? { revision: null };
  if (revision === null) {
    showToast({ tone: 'ok', text });
    return;
  }
  const undo = async (): Promise<void> => {
    try {
      const { changes, remove } = updateFor(saved.config, before!.config);
      await restoreRevision(cluster, name, revision, saved.etag, 'undo');
      await updateInstance(cluster, name, changes, remove, { save: false, comment: 'undo' }).catch(
        () => undefined,
      );
      showToast({ tone: 'ok', text: `${name} is back at the content of revision ${revision}.` });
    } catch (error) {
      showToast({ tone: 'bad', text: messageOf(error) });
    }
  };
  showToast({ tone: 'ok', text, stay: 10_000, action: { label: 'Undo', run: () => void undo() } });
}
