/** The live picture of one instance with everything around it. */
import { effect, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Cluster, InstanceRecord } from '../core/plant.js';
import { pathTo } from '../core/screens.js';
import { now } from '../data/plant.js';
import { Button } from '../ui/basics.jsx';
import { ColourBar } from './colour-bar.jsx';
import { ImageStage, ViewFrame } from './image-stage.jsx';
import { Issues, Waiting } from './issues.jsx';
import { listenToKeys } from './keys.js';
import { MarkerLine } from './markers.jsx';
import { Overview, SecondView } from './more-views.jsx';
import { Numbers } from './numbers.jsx';
import { Overlays } from './overlays.jsx';
import { Readout } from './readout.jsx';
import { SaveMessages } from './save-messages.jsx';
import type { Pointer } from './stage-pointer.js';
import { StatusLine } from './status-line.jsx';
import { Toolbar } from './toolbar.jsx';
import { Trend } from './trend.js';
import { TrendPanel } from './trend-panel.jsx';
import { ViewerModel } from './viewer-model.js';

interface ViewerProps {
  readonly cluster: Cluster;
  readonly name: string;
  readonly instance: InstanceRecord | null;
  /** What changes the settings of the instance, beside the picture. */
  readonly change?: ((model: ViewerModel) => JSX.Element) | null;
}

export function Viewer({ cluster, name, instance, change = null }: ViewerProps): JSX.Element {
  const [model, setModel] = useState<ViewerModel | null>(null);
  useEffect(() => {
    const made = new ViewerModel({ cluster, instance: name, main: true, rate: 5 });
    setModel(made);
    return () => made.close();
  }, [cluster, name]);
  return model === null ? (
    <div class="viewer" />
  ) : (
    <LoadedViewer model={model} instance={instance} change={change} />
  );
}

interface LoadedViewerProps extends Required<Pick<ViewerProps, 'instance' | 'change'>> {
  readonly model: ViewerModel;
}

function LoadedViewer({ model, instance, change }: LoadedViewerProps): JSX.Element {
  const pointer = useMemo(() => signal<Pointer | null>(null), []);
  const trend = useMemo(() => new Trend(), []);
  useEffect(() => () => trend.close(), [trend]);
  const [changing, setChanging] = useState(false);
  const [saving, setSaving] = useState(false);
  const isChanging = changing && change !== null;
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
        <Toolbar model={model} onSaveMore={() => setSaving(true)} />
        {saving && <SaveMessages model={model} instance={instance} onClose={() => setSaving(false)} />}
        <Issues model={model} instance={instance} />
        <div class="viewer-picture">
          <div class="stage-frame">
            <ImageStage
              model={model}
              pointer={pointer}
              over={(placement) => (
                <>
                  <Overlays model={model} placement={placement} />
                  {model.second.value !== null && (
                    <ViewFrame rect={model.second.value} placement={placement} />
                  )}
                </>
              )}
            />
            <Overview model={model} />
          </div>
          {model.second.value !== null && <SecondView model={model} pointer={pointer} />}
          <ColourBar model={model} />
          <Waiting model={model} instance={instance} />
        </div>
        <Readout model={model} pointer={pointer} />
        <MarkerLine model={model} />
      </div>
      <div class="viewer-side panel">
        {change !== null && (
          // biome-ignore lint/a11y/useSemanticElements: two toggles are no form
          <div class="segmented" role="group" aria-label="Beside the picture">
            <Button
              kind="quiet"
              pressed={!isChanging}
              onClick={() => setChanging(false)}
              testId="viewer-numbers-tab"
            >
              Numbers
            </Button>
            <Button
              kind="quiet"
              icon="edit"
              pressed={isChanging}
              onClick={() => setChanging(true)}
              testId="viewer-change-tab"
            >
              Change
            </Button>
          </div>
        )}
        {isChanging ? (
          change(model)
        ) : (
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
