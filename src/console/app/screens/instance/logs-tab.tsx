import type { JSX } from 'preact';
import { queryValue } from '../../data/navigation.js';
import { LogExplorer } from '../logs.jsx';
import type { TabProps } from './instance.jsx';

export function LogsTab({ cluster, name, isRunning }: TabProps): JSX.Element {
  const filter = {
    cluster,
    scope: 'instance',
    server: '',
    instance: name,
    level: queryValue('level'),
    q: queryValue('q'),
    regex: queryValue('regex') === '1',
    from: queryValue('from'),
  };
  return <LogExplorer filter={filter} ended={!isRunning} />;
}
