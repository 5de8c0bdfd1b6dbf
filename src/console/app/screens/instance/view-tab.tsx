import type { JSX } from 'preact';
import { QuickControls } from '../../viewer/change/quick-controls.jsx';
import { Viewer } from '../../viewer/viewer.jsx';
import type { TabProps } from './instance.jsx';

export function ViewTab({ cluster, name, instance, isRunning }: TabProps): JSX.Element {
  return (
    <Viewer
      cluster={cluster}
      name={name}
      instance={instance}
      change={
        instance !== null && isRunning ? (model) => <QuickControls instance={instance} model={model} /> : null
      }
    />
  );
}
