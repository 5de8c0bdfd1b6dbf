import type { JSX } from 'preact';
import type { Json } from '../core/plant.js';

/** A JSON document to look at: objects and lists can be folded. */
export function JsonTree({ value, open = true }: { value: Json; open?: boolean }): JSX.Element {
  if (typeof value !== 'object' || value === null) return <Leaf value={value} />;
  const entries = Object.entries(value);
  if (entries.length === 0) return <code class="muted">{Array.isArray(value) ? '[ ]' : '{ }'}</code>;
  if (Array.isArray(value) && value.every((entry) => typeof entry !== 'object')) {
    return <code class="json-leaf">[{value.map((entry) => JSON.stringify(entry)).join(', ')}]</code>;
  }
  return (
    <ul class="json-tree">
      {entries.map(([name, entry]) => (
        <li key={name}>
          {isFoldable(entry) ? (
            <details open={open}>
              <summary>{name}</summary>
              <JsonTree value={entry} open={open} />
            </details>
          ) : (
            <>
              <span class="json-key">{name}</span> <JsonTree value={entry} open={open} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function isFoldable(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((entry) => typeof entry === 'object');
  return Object.keys(value).length > 0;
}

function Leaf({ value }: { value: Json }): JSX.Element {
  return <code class={`json-leaf ${value === null ? 'muted' : typeof value}`}>{JSON.stringify(value)}</code>;
}
