import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { formatTime, MISSING } from '../../core/format.js';
import { listScriptRevisions, readScriptRevision } from '../../data/code.js';
import { denial } from '../../data/session.js';
import { Button } from '../../ui/basics.jsx';
import { Dialog } from '../../ui/dialog.jsx';
import { TextDiff } from '../../ui/diff-view.jsx';
import { Empty } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';

interface ScriptHistoryProps {
  readonly name: string;
  /** What is in the editor. */
  readonly text: string;
  readonly onTake: (text: string) => void;
  readonly onClose: () => void;
}

/** Every revision with its author, against what is in the editor; an old one comes back as a draft, which Save stores. */
export function ScriptHistory({ name, text, onTake, onClose }: ScriptHistoryProps): JSX.Element {
  const [chosen, setChosen] = useState<number | null>(null);
  const revisions = useResource(`revisions ${name}`, (signal) => listScriptRevisions(name, signal));
  const shown = useResource(`revision ${name} ${chosen}`, async (signal) => ({
    text: chosen === null ? text : await readScriptRevision(name, chosen, signal),
  }));
  const old = chosen === null ? null : (shown.data?.text ?? null);
  const denied =
    denial('script.save') ??
    (old === null ? 'Choose a revision.' : old === text ? 'It is what is in the editor.' : null);
  return (
    <Dialog
      title={`History of ${name}`}
      onClose={onClose}
      wide
      testId="script-history"
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" denied={denied} onClick={() => onTake(old!)} testId="script-history-take">
            Take into the editor
          </Button>
        </>
      }
    >
      <Loaded resource={revisions} lines={4}>
        {(list) =>
          list.length === 0 ? (
            <Empty title="No revision was recorded yet">
              <p class="muted">The first change keeps what it replaces.</p>
            </Empty>
          ) : (
            <ol class="revisions">
              {list.map(({ revision, action, time, author }) => (
                <li key={revision}>
                  <label class="check">
                    <input
                      type="radio"
                      name="revision"
                      checked={revision === chosen}
                      onChange={() => setChosen(revision)}
                      data-testid={`script-revision-${revision}`}
                    />
                    <span>
                      <b>{revision}</b> {action}{' '}
                      <span class="muted">
                        {formatTime(time)} by {author ?? MISSING}
                      </span>
                    </span>
                  </label>
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
      {chosen !== null && (
        <Loaded resource={shown}>
          {(revision) =>
            revision.text === text ? (
              <p class="muted">No differences from what is in the editor.</p>
            ) : (
              <TextDiff before={revision.text} after={text} />
            )
          }
        </Loaded>
      )}
    </Dialog>
  );
}
