import type { JSX } from 'preact';
import { type Change, lineDiff } from '../core/changes.js';
import type { Json } from '../core/plant.js';
import { changeSettings, settings } from '../data/settings.js';
import { Button } from './basics.jsx';

const SIGNS = { added: '+', removed: '−', changed: '~' } as const;

interface ChangeListProps {
  readonly changes: readonly Change[];
  readonly testId?: string;
  /** New below old in one column instead of beside it. */
  readonly inline?: boolean;
}

/** Changed keys, one row each. */
export function ChangeList({ changes, testId, inline = false }: ChangeListProps): JSX.Element {
  if (changes.length === 0) return <p class="muted">No differences.</p>;
  return (
    <table class="changes" data-testid={testId}>
      <thead>
        <tr>
          <th scope="col">Key</th>
          {inline ? (
            <th scope="col">Change</th>
          ) : (
            <>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </>
          )}
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.path} class={`change-${change.kind}`} data-path={change.path}>
            <th scope="row">
              <span class="sign" title={change.kind}>
                {SIGNS[change.kind]}
              </span>
              <code>{change.path.slice(1)}</code>
            </th>
            {inline ? (
              <td>
                {change.before !== undefined && (
                  <div class="diff-removed">
                    − <JsonText value={change.before} />
                  </div>
                )}
                {change.after !== undefined && (
                  <div class="diff-added">
                    + <JsonText value={change.after} />
                  </div>
                )}
              </td>
            ) : (
              <>
                <td>
                  <JsonText value={change.before} />
                </td>
                <td>
                  <JsonText value={change.after} />
                </td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Changed keys as this browser likes them, with the switch. */
export function SwitchedChanges({ changes, testId }: Omit<ChangeListProps, 'inline'>): JSX.Element {
  const { inlineChanges } = settings.value;
  const choice = (inline: boolean, label: string, id: string): JSX.Element => (
    <Button
      kind="quiet"
      pressed={inlineChanges === inline}
      onClick={() => changeSettings({ inlineChanges: inline })}
      testId={id}
    >
      {label}
    </Button>
  );
  return (
    <>
      {changes.length > 0 && (
        <fieldset class="row end changes-switch">
          <legend class="visually-hidden">How differences are shown</legend>
          {choice(false, 'Side by side', 'changes-side-by-side')}
          {choice(true, 'Inline', 'changes-inline')}
        </fieldset>
      )}
      <ChangeList changes={changes} inline={inlineChanges} {...(testId === undefined ? {} : { testId })} />
    </>
  );
}

export function JsonText({ value }: { value: Json | undefined }): JSX.Element {
  return value === undefined ? <span class="muted">absent</span> : <code>{JSON.stringify(value)}</code>;
}

/** Two texts line by line; long unchanged stretches are left out. */
export function TextDiff({ before, after }: { before: string; after: string }): JSX.Element {
  const lines = lineDiff(before, after);
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - 3), index + 4).some((line) => line.kind !== 'same'),
  );
  return (
    <pre class="text-diff">
      {lines.map((line, index) => {
        if (!near[index]) return near[index - 1] ? <span class="muted">{'  ⋯\n'}</span> : null;
        const sign = line.kind === 'added' ? '+ ' : line.kind === 'removed' ? '− ' : '  ';
        return <span class={`diff-${line.kind}`}>{`${sign}${line.text}\n`}</span>;
      })}
    </pre>
  );
}
