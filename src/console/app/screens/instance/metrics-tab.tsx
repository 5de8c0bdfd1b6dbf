import type { JSX } from 'preact';
import { Metrics } from '../metrics.jsx';
import type { TabProps } from './instance.jsx';

export function MetricsTab({ cluster, name }: TabProps): JSX.Element {
  return <Metrics cluster={cluster} kind="instance" name={name} />;
}
