import type { JSX } from 'preact';
import type { StoredStream } from '../../core/buffers.js';
import { formatInteger, MISSING } from '../../core/format.js';
import { pathTo } from '../../core/screens.js';
import { Link, StateBadge } from '../../ui/basics.jsx';

/** What both tables tell of a stream: its instance with state, address, clients. */
export function StreamCells({ stream }: { stream: StoredStream }): JSX.Element {
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

export function StreamHeads(): JSX.Element {
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
