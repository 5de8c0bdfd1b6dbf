import type { JSX } from 'preact';
import { type Change, lineDiff } from '../core/changes.js';
import type { Json } from '../core/plant.js';

const SIGNS = { added: '+', removed: '−', changed: '~' } as const;

/** Changed keys, one row each, old beside new. */
export function ChangeList({
  changes,
  testId,
}: {
  changes: readonly Change[];
  testId?: string;
}): JSX.Element {
  if (changes.length === 0) return <p class="muted">No differences.</p>;
  return (
    <table class="changes" data-testid={testId}>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
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
            <td>
              <JsonText value={change.before} />
            </td>
            <td>
              <JsonText value={change.after} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
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
