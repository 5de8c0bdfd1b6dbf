import type { ComponentChildren, JSX } from 'preact';
import type { BufferState, StoredStream } from '../../core/buffers.js';
import { formatInteger, MISSING } from '../../core/format.js';
import { pathTo } from '../../core/screens.js';
import { Link, StateBadge } from '../../ui/basics.jsx';

/** A row for each stream, a column for each buffer. */
export function BufferTable(props: {
  testId: string;
  streams: readonly StoredStream[];
  buffers: readonly BufferState[];
  heading?(buffer: BufferState): string;
  cell(stream: StoredStream, buffer: BufferState): ComponentChildren;
}): JSX.Element {
  const { testId, streams, buffers, heading = ({ name }) => `${name} buffer`, cell } = props;
  return (
    <div class="table-scroll">
      <table data-testid={testId}>
        <thead>
          <tr>
            <StreamHeads />
            {buffers.map((buffer) => (
              <th key={buffer.name} scope="col">
                {heading(buffer)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {streams.map((stream) => (
            <tr key={stream.address} data-testid={`buffers-row-${nameOf(stream)}`}>
              <StreamCells stream={stream} />
              {buffers.map((buffer) => (
                <td key={buffer.name} data-connected={buffer.sources.includes(stream.address)}>
                  {cell(stream, buffer)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Its instance with state, address, clients. */
function StreamCells({ stream }: { stream: StoredStream }): JSX.Element {
  const { address, instance } = stream;
  return (
    <>
      <th scope="row">
        {instance === null ? (
          <span class="muted">not of this plant</span>
        ) : (
          <Link to={pathTo('i', instance.cluster, instance.name)}>{instance.name}</Link>
        )}
      </th>
      <td>{instance === null ? MISSING : <StateBadge health={instance.health} />}</td>
      <td>
        <code>{address}</code>
      </td>
      <td class="numeric">{formatInteger(instance?.statistics.clients ?? null)}</td>
    </>
  );
}

function StreamHeads(): JSX.Element {
  return (
    <>
      <th scope="col">Instance</th>
      <th scope="col">State</th>
      <th scope="col">Stream</th>
      <th scope="col" class="numeric">
        Clients
      </th>
    </>
  );
}

export function nameOf({ address, instance }: StoredStream): string {
  return instance?.name ?? address;
}
