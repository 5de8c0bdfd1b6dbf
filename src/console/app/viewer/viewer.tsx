/** The live picture of one instance with everything around it. */
import { effect, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Cluster, InstanceRecord } from '../core/plant.js';
import { pathTo } from '../core/screens.js';
import { now } from '../data/plant.js';
import { Button } from '../ui/basics.jsx';
import { ColourBar } from './colour-bar.jsx';
import { ImageStage, type Pointer } from './image-stage.jsx';
import { Issues, Waiting } from './issues.jsx';
import { listenToKeys } from './keys.js';
import { Numbers } from './numbers.jsx';
import { Readout } from './readout.jsx';
import { StatusLine } from './status-line.jsx';
import { Toolbar } from './toolbar.jsx';
import { Trend } from './trend.js';
import { TrendPanel } from './trend-panel.jsx';
import { ViewerModel } from './viewer-model.js';

interface ViewerProps {
  readonly cluster: Cluster;
  readonly name: string;
  readonly instance: InstanceRecord | null;
  readonly children?: JSX.Element | null;
}

export function Viewer({ cluster, name, instance, children }: ViewerProps): JSX.Element {
  const [model, setModel] = useState<ViewerModel | null>(null);
  useEffect(() => {
    const made = new ViewerModel({ cluster, instance: name, main: true, rate: 5 });
    setModel(made);
    return () => made.close();
  }, [cluster, name]);
  return model === null ? (
    <div class="viewer" />
  ) : (
    <LoadedViewer model={model} instance={instance}>
      {children}
    </LoadedViewer>
  );
}

function LoadedViewer({
  model,
  instance,
  children,
}: {
  model: ViewerModel;
  instance: InstanceRecord | null;
  children?: JSX.Element | null | undefined;
}): JSX.Element {
  const pointer = useMemo(() => signal<Pointer | null>(null), []);
  const trend = useMemo(() => new Trend(), []);
  useEffect(() => () => trend.close(), [trend]);
  const [changing, setChanging] = useState(false);
  useEffect(() => listenToKeys(model, pointer), [model, pointer]);
  useEffect(
    () =>
      effect(() => {
        const frame = model.live.frame.value;
        if (frame !== null) trend.add(frame);
      }),
    [model, trend],
  );
  const frame = model.told.value;
  const { cluster, instance: instanceName } = model.options;
  return (
    <div class="viewer" data-testid="viewer" data-state={stateOf(model)}>
      <div class="viewer-main panel">
        <StatusLine model={model} instance={instance} />
        <Toolbar model={model} />
        <Issues model={model} />
        <div class="viewer-picture">
          <ImageStage model={model} pointer={pointer} />
          <ColourBar model={model} />
          <Waiting model={model} instance={instance} />
        </div>
        <Readout model={model} pointer={pointer} />
      </div>
      <div class="viewer-side panel">
        {children != null && (
          // biome-ignore lint/a11y/useSemanticElements: two toggles are no form
          <div class="segmented" role="group" aria-label="Beside the picture">
            <Button
              kind="quiet"
              pressed={!changing}
              onClick={() => setChanging(false)}
              testId="viewer-numbers-tab"
            >
              Numbers
            </Button>
            <Button
              kind="quiet"
              icon="edit"
              pressed={changing}
              onClick={() => setChanging(true)}
              testId="viewer-change-tab"
            >
              Change
            </Button>
          </div>
        )}
        {changing && children}
        {!changing && (
          <>
            {frame === null ? (
              <p class="muted">Numbers come with the first message.</p>
            ) : (
              <Numbers
                frame={frame}
                trend={trend}
                inspector={pathTo('i', cluster, instanceName, 'inspect')}
              />
            )}
            <h3>Trend</h3>
            <TrendPanel trend={trend} />
          </>
        )}
      </div>
    </div>
  );
}

function stateOf(model: ViewerModel): string {
  if (model.isFrozen.value) return 'frozen';
  const state = model.live.state.value;
  if (state === 'live') {
    const frame = model.told.value;
    return frame !== null && now.value - frame.receivedAt > 5000 ? 'stale' : 'ready';
  }
  return model.told.value === null ? 'loading' : 'stale';
}
