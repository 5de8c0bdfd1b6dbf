import type { JSX } from 'preact';
import { ApiError } from '../../data/api.js';
import { readConfiguration } from '../../data/configurations.js';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { AuditTable } from '../audit.jsx';
import { HistoryTab as Revisions } from '../configurations/history.jsx';
import type { TabProps } from './instance.jsx';

/** Revisions of its configuration, and what was done with it. */
export function HistoryTab({ cluster, name }: TabProps): JSX.Element {
  const stored = useResource(`${cluster}/${name}`, async (signal) => ({
    document: await readConfiguration(cluster, name, signal).catch((error) => {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }),
  }));
  return (
    <div class="stack">
      <Loaded resource={stored}>
        {({ document }) =>
          document === null ? null : (
            <Revisions cluster={cluster} name={name} document={document} onRestored={stored.reload} />
          )
        }
      </Loaded>
      <AuditTable filter={{ target: name }} title="Actions on it" />
    </div>
  );
}
