import type { JSX } from 'preact';
import { Viewer } from '../../viewer/viewer.jsx';
import type { TabProps } from './instance.jsx';

export function ViewTab({ cluster, name, instance }: TabProps): JSX.Element {
  return <Viewer cluster={cluster} name={name} instance={instance} />;
}
