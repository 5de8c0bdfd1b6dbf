import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type BufferState, doubleCameras, type StoredStream } from '../../core/buffers.js';
import { callJson, homeCluster } from '../../data/api.js';
import { denialBelow } from '../../data/session.js';
import { Button } from '../../ui/basics.jsx';
import { confirmAction } from '../../ui/dialog.jsx';
import { BufferTable, nameOf } from './buffer-table.jsx';

interface SourcesProps {
  readonly streams: readonly StoredStream[];
  /** Those that the filter hides as well. */
  readonly all: readonly StoredStream[];
  readonly buffers: readonly BufferState[];
  readonly onChanged: () => void;
}

/** Which streams a buffer reads, as a draft that is reviewed before the buffer is told. */
export function SourcesTable({ streams, all, buffers, onChanged }: SourcesProps): JSX.Element {
  const [draft, setDraft] = useState<ReadonlyMap<string, boolean>>(new Map());
  const keyOf = (buffer: BufferState, address: string): string => `${buffer.name} ${address}`;
  const isWanted = (buffer: BufferState, address: string): boolean =>
    draft.get(keyOf(buffer, address)) ?? buffer.sources.includes(address);
  const toggle = (buffer: BufferState, address: string): void => {
    const next = new Map(draft);
    const wanted = !isWanted(buffer, address);
    if (wanted === buffer.sources.includes(address)) next.delete(keyOf(buffer, address));
    else next.set(keyOf(buffer, address), wanted);
    setDraft(next);
  };
  return (
    <>
      <BufferTable
        testId="buffers-sources"
        streams={streams}
        buffers={buffers}
        cell={(stream, buffer) => (
          <label class="check">
            <input
              type="checkbox"
              checked={isWanted(buffer, stream.address)}
              onChange={() => toggle(buffer, stream.address)}
              data-testid={`buffers-source-${buffer.name}-${nameOf(stream)}`}
            />
            {draft.has(keyOf(buffer, stream.address)) ? 'changed' : 'read'}
            <span class="visually-hidden">
              {nameOf(stream)} by the {buffer.name} buffer
            </span>
          </label>
        )}
      />
      {buffers.map((buffer) => (
        <BufferChanges
          key={buffer.name}
          buffer={buffer}
          all={all}
          isWanted={(address) => isWanted(buffer, address)}
          onApplied={() => {
            setDraft(new Map([...draft].filter(([key]) => !key.startsWith(`${buffer.name} `))));
            onChanged();
          }}
        />
      ))}
    </>
  );
}

interface ChangesProps {
  readonly buffer: BufferState;
  readonly all: readonly StoredStream[];
  readonly isWanted: (address: string) => boolean;
  readonly onApplied: () => void;
}

/** What the draft changes in one buffer; nothing while it changes nothing. */
function BufferChanges({ buffer, all, isWanted, onApplied }: ChangesProps): JSX.Element | null {
  const { name, sources, problem } = buffer;
  const changed = all.filter(({ address }) => isWanted(address) !== sources.includes(address));
  const add = changed.filter(({ address }) => isWanted(address));
  const remove = changed.filter(({ address }) => !isWanted(address));
  if (changed.length === 0) return null;
  const doubles = doubleCameras(all, new Set(all.map(({ address }) => address).filter(isWanted)));
  const review = (): void =>
    confirmAction({
      title: `Change the sources of the ${name} buffer`,
      tier: 2,
      target: name,
      facts: [
        ...add.map((stream) => `+ ${nameOf(stream)} (${stream.address})`),
        ...remove.map((stream) => `− ${nameOf(stream)} (${stream.address}) is no longer stored`),
        ...doubles.map((camera) => `Images of ${camera} would be stored from more than one stream.`),
        'When adding fails, what was removed is added again.',
      ],
      actionLabel: `Apply ${changed.length} to the ${name} buffer`,
      reason: 'required',
      run: async (comment) => {
        await callJson(homeCluster(), `/api/v2/buffers/${name}/sources`, {
          method: 'POST',
          json: {
            add: add.map(({ address }) => address),
            remove: remove.map(({ address }) => address),
            comment,
          },
          deadline: 60_000,
        });
        onApplied();
        return `The ${name} buffer has its new sources.`;
      },
    });
  return (
    <p class="row">
      <span>
        {name} buffer: {add.length} to add, {remove.length} to remove
      </span>
      {doubles.length > 0 && <span class="tone-warn">twice: {doubles.join(', ')}</span>}
      <Button
        kind="primary"
        denied={problem ?? denialBelow('admin')}
        onClick={review}
        testId={`buffers-review-${name}`}
      >
        Review…
      </Button>
    </p>
  );
}
