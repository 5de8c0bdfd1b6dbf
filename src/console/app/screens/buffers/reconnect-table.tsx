import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type BufferState, lastReconnects, type Reconnect, type StoredStream } from '../../core/buffers.js';
import { formatTime } from '../../core/format.js';
import { callJson, homeCluster } from '../../data/api.js';
import { denialBelow } from '../../data/session.js';
import { Button } from '../../ui/basics.jsx';
import { confirmAction } from '../../ui/dialog.jsx';
import { useResource } from '../../ui/resource.jsx';
import { BufferTable, nameOf } from './buffer-table.jsx';

interface ReconnectProps {
  readonly streams: readonly StoredStream[];
  readonly buffers: readonly BufferState[];
  readonly onChanged: () => void;
}

/** One button per stream and buffer; what the buffer was told is kept below until the next one. */
export function ReconnectTable({ streams, buffers, onChanged }: ReconnectProps): JSX.Element {
  const [output, setOutput] = useState<readonly string[]>([]);
  const history = useResource(
    'reconnects',
    async (signal) => {
      const path = `/api/v2/audit?cluster=${homeCluster()}&action=buffer.reconnect&result=ok&limit=500`;
      return lastReconnects((await callJson(homeCluster(), path, { signal })).records);
    },
    30_000,
  );
  const reconnect = (stream: StoredStream, { name }: BufferState): void =>
    confirmAction({
      title: `Reconnect ${nameOf(stream)} to the ${name} buffer`,
      tier: 1,
      target: nameOf(stream),
      facts: [
        `The ${name} buffer drops its connection with ${stream.address} and makes a new one.`,
        'Messages that come in between may be missing in the buffer.',
      ],
      actionLabel: 'Reconnect',
      run: async () => {
        const answer = await callJson(homeCluster(), `/api/v2/buffers/${name}/reconnect`, {
          method: 'POST',
          json: { stream: stream.address },
          deadline: 60_000,
        });
        setOutput(Array.isArray(answer.lines) ? answer.lines.map(String) : []);
        onChanged();
        history.reload();
        return `${nameOf(stream)} is connected anew with the ${name} buffer.`;
      },
    });
  return (
    <>
      <BufferTable
        testId="buffers-reconnect"
        streams={streams}
        buffers={buffers}
        heading={({ name, kind }) => `${name} buffer${kind === 'simulated' ? ' (simulated)' : ''}`}
        cell={(stream, buffer) => (
          <span class="row">
            {buffer.sources.includes(stream.address) ? (
              <span class="tone-ok">reads it</span>
            ) : (
              <span class="muted">not a source</span>
            )}
            <LastReconnect last={history.data?.get(`${buffer.name} ${stream.address}`)} />
            <Button
              icon="refresh"
              denied={buffer.problem ?? denialBelow('operator')}
              onClick={() => reconnect(stream, buffer)}
              testId={`buffers-reconnect-${buffer.name}-${nameOf(stream)}`}
            >
              Reconnect…
            </Button>
          </span>
        )}
      />
      {output.length > 0 && (
        <pre class="card" role="status" data-testid="buffers-output">
          {output.join('\n')}
        </pre>
      )}
    </>
  );
}

function LastReconnect({ last }: { last: Reconnect | undefined }): JSX.Element | null {
  if (last === undefined) return null;
  return (
    <span class="muted" data-testid="buffers-last-reconnect">
      reconnected {formatTime(last.time)} by {last.actor}
    </span>
  );
}
