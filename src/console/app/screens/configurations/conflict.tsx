import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Merge } from '../../core/changes.js';
import type { JsonRecord } from '../../core/plant.js';
import type { StoredDocument } from '../../data/configurations.js';
import { Button } from '../../ui/basics.jsx';
import { JsonText } from '../../ui/diff-view.jsx';

interface ConflictViewProps {
  readonly merge: Merge;
  readonly theirs: StoredDocument;
  readonly onResolved: (merged: JsonRecord) => void;
  readonly onCancel: () => void;
}

/** Base, theirs and mine side by side; keys that only one of us changed are taken over without asking. */
export function ConflictView({ merge, theirs, onResolved, onCancel }: ConflictViewProps): JSX.Element {
  const [choices, setChoices] = useState<Readonly<Record<string, 'theirs' | 'mine'>>>({});
  const open = merge.conflicts.filter(({ key }) => choices[key] === undefined).length;
  const resolve = (): void => {
    const merged: JsonRecord = { ...merge.merged };
    for (const conflict of merge.conflicts) {
      const value = choices[conflict.key] === 'theirs' ? conflict.theirs : conflict.mine;
      if (value === undefined) delete merged[conflict.key];
      else merged[conflict.key] = value;
    }
    onResolved(merged);
  };
  return (
    <>
      <p>
        {theirs.author ?? 'Somebody'} saved revision {theirs.revision ?? '–'} while you were editing. Nothing
        of yours was stored.
      </p>
      {merge.conflicts.length === 0 ? (
        <p class="muted">You changed different keys: both can be kept.</p>
      ) : (
        <table class="changes" data-testid="conflict-table">
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Base</th>
              <th scope="col">Theirs</th>
              <th scope="col">Mine</th>
            </tr>
          </thead>
          <tbody>
            {merge.conflicts.map((conflict) => (
              <tr key={conflict.key}>
                <th scope="row">
                  <code>{conflict.key}</code>
                </th>
                <td>
                  <JsonText value={conflict.base} />
                </td>
                {(['theirs', 'mine'] as const).map((side) => (
                  <td key={side}>
                    <label class="check">
                      <input
                        type="radio"
                        name={`conflict-${conflict.key}`}
                        checked={choices[conflict.key] === side}
                        onChange={() => setChoices({ ...choices, [conflict.key]: side })}
                        data-testid={`conflict-${side}-${conflict.key}`}
                      />
                      <JsonText value={conflict[side]} />
                    </label>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div class="row end">
        <Button onClick={onCancel} testId="conflict-cancel">
          Keep editing
        </Button>
        <Button
          kind="primary"
          onClick={resolve}
          denied={open === 0 ? null : `Choose for ${open} more ${open === 1 ? 'key' : 'keys'}.`}
          testId="conflict-resolve"
        >
          Review again
        </Button>
      </div>
    </>
  );
}
