import type { JSX } from 'preact';
import { filterFromAddress } from '../log-filters.jsx';
import { LogExplorer } from '../logs.jsx';
import type { TabProps } from './instance.jsx';

export function LogsTab({ cluster, name, isRunning }: TabProps): JSX.Element {
  const filter = {
    ...filterFromAddress(),
    cluster,
    scope: 'instance',
    server: '',
    instance: name,
  };
  return <LogExplorer filter={filter} ended={!isRunning} />;
}
