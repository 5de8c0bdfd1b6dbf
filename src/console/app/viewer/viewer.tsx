/** The live picture of one instance with everything around it. */
import { effect, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { COLORMAPS } from '../core/colormaps.js';
import { formatDuration, formatHertz, formatInteger, formatTime, MISSING } from '../core/format.js';
import { HEALTH } from '../core/health.js';
import type { Cluster, InstanceRecord } from '../core/plant.js';
import { moved, wholeImage } from '../core/view-geometry.js';
import { now } from '../data/plant.js';
import { settings } from '../data/settings.js';
import { Button } from '../ui/basics.jsx';
import { Icon } from '../ui/icons.jsx';
import { ColourBar } from './colour-bar.jsx';
import { ImageStage, type Pointer } from './image-stage.jsx';
import { Numbers } from './numbers.jsx';
import { Readout } from './readout.jsx';
import { showOneToOne, Toolbar, zoomBy } from './toolbar.jsx';
import { Trend } from './trend.js';
import { TrendPanel } from './trend-panel.jsx';
import { OVERLAYS, ViewerModel } from './viewer-model.js';

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
  const frame = model.shown.value;
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
              <Numbers frame={frame} trend={trend} />
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
    const frame = model.live.frame.value;
    return frame !== null && now.value - frame.receivedAt > 5000 ? 'stale' : 'ready';
  }
  return model.live.frame.value === null ? 'loading' : 'stale';
}

function StatusLine({
  model,
  instance,
}: {
  model: ViewerModel;
  instance: InstanceRecord | null;
}): JSX.Element {
  const { live } = model;
  const frame = model.shown.value;
  const latency = live.latency.value;
  const dropped = Object.values(instance?.statistics.dropped ?? {}).reduce((sum, count) => sum + count, 0);
  return (
    <p class="viewer-status">
      <b
        class={model.isFrozen.value ? 'tone-frozen' : live.state.value === 'live' ? 'tone-ok' : 'tone-warn'}
        data-testid="viewer-state"
      >
        {model.isFrozen.value ? 'Frozen' : live.state.value === 'live' ? 'Live' : stateWord(live.state.value)}
      </b>
      <span title="Messages that the instance sends">
        <b data-testid="viewer-stream-rate">{formatHertz(instance?.statistics.tx)}</b> stream
      </span>
      <span title="Pictures on this screen">
        <b data-testid="viewer-shown-rate">{formatHertz(live.shownRate.value)}</b> shown
      </span>
      <span title="Messages that the instance lost since its start">
        <b data-testid="viewer-dropped">{formatInteger(dropped)}</b> dropped
      </span>
      <span title="From the time stamp to the screen, corrected for the difference of the clocks">
        <b data-testid="viewer-latency">
          {latency === null ? MISSING : latency < 0 ? 'clock?' : `${latency.toFixed(0)} ms`}
        </b>{' '}
        latency
      </span>
      <span>
        pulse <b data-testid="viewer-pulse">{frame === null ? MISSING : frame.header.pulse_id}</b>
      </span>
      <span title="People who look at this instance">
        <Icon name="eye" /> {frame?.header.viewers ?? MISSING}
      </span>
      {frame?.header.limited != null && <span class="tone-warn">slower: {frame.header.limited}</span>}
      <span class="spacer" />
      <label>
        <span class="visually-hidden">Pictures per second</span>
        <select
          value={model.rate.value}
          onChange={(event) => model.setRate(Number(event.currentTarget.value))}
        >
          {[1, 2, 5, 10, 15, 25].map((rate) => (
            <option key={rate} value={rate}>
              {rate} Hz
            </option>
          ))}
        </select>
      </label>
    </p>
  );
}

function stateWord(state: string): string {
  return (
    {
      connecting: 'Connecting',
      waiting: 'Waiting',
      ended: 'Ended',
      refused: 'Refused',
      lost: 'Reconnecting',
    }[state] ?? state
  );
}

function Issues({ model }: { model: ViewerModel }): JSX.Element | null {
  const frame = model.shown.value;
  if (frame === null) return null;
  const { image, scalars } = frame.header;
  const issues: string[] = [];
  const age = now.value - frame.receivedAt;
  if (!model.isFrozen.value && age > 2000)
    issues.push(`The picture is ${formatDuration(age)} old, from ${formatTime(frame.receivedAt, false)}.`);
  if (image?.saturated) issues.push(`${formatInteger(image.saturated)} pixels are saturated.`);
  if (image !== null && image.not_finite > 0)
    issues.push(`${formatInteger(image.not_finite)} values are not finite.`);
  if (image === null) issues.push('This stream has no image: numbers and trends only.');
  const parameters = typeof scalars.processing_parameters === 'string' ? scalars.processing_parameters : '';
  const error = /"processing_error": ?"((?:[^"\\]|\\.)+)"/.exec(parameters)?.[1];
  if (error !== undefined) issues.push(`Processing error: ${error}`);
  if (/"image_background_ok": ?false/.test(parameters)) issues.push('The background does not fit the image.');
  if (issues.length === 0) return null;
  return (
    <ul class="issues" data-testid="viewer-issues">
      {issues.map((issue) => (
        <li key={issue}>
          <Icon name="alarm" /> {issue}
        </li>
      ))}
    </ul>
  );
}

/** Why there is no picture yet, after a moment. */
function Waiting({
  model,
  instance,
}: {
  model: ViewerModel;
  instance: InstanceRecord | null;
}): JSX.Element | null {
  const { state, message, frame } = model.live;
  if (frame.value !== null && state.value !== 'refused') return null;
  const reason =
    message.value ??
    (instance !== null && HEALTH[instance.health.state].isAlarm
      ? `${instance.health.rule}. ${instance.health.hint ?? ''}`
      : null);
  return (
    <div class="viewer-waiting" role="status">
      <p>{state.value === 'refused' ? 'The live view was refused' : 'Waiting for the first picture…'}</p>
      {reason !== null && <p class="muted">{reason}</p>}
      {state.value === 'refused' && (
        <Button icon="refresh" onClick={() => model.live.retry()}>
          Retry
        </Button>
      )}
    </div>
  );
}

const PAN_STEP = 0.1;

/** Keys of the picture work wherever the focus is, except where something is typed or a control takes them. */
function listenToKeys(model: ViewerModel, pointer: { value: Pointer | null }): () => void {
  let cursor = false;
  const arrows: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const moveBy = ([dx, dy]: readonly [number, number], fast: boolean): void => {
    const size = model.imageSize.value;
    if (size === null) return;
    const view = model.view.value ?? wholeImage(size);
    if (cursor) {
      const at = pointer.value ?? { x: (view[0] + view[2]) / 2, y: (view[1] + view[3]) / 2 };
      const step = fast ? 10 : 1;
      pointer.value = {
        x: Math.min(size.width - 1, Math.max(0, Math.floor(at.x) + dx * step)),
        y: Math.min(size.height - 1, Math.max(0, Math.floor(at.y) + dy * step)),
      };
      return;
    }
    model.setView(
      moved(view, size, dx * (view[2] - view[0]) * PAN_STEP, dy * (view[3] - view[1]) * PAN_STEP),
    );
  };
  const actions: Readonly<Record<string, () => void>> = {
    ' ': () => model.toggleFreeze(),
    '+': () => zoomBy(model, 1 / 1.4),
    '=': () => zoomBy(model, 1 / 1.4),
    '-': () => zoomBy(model, 1.4),
    '0': () => model.setView(null),
    '1': () => showOneToOne(model),
    f: () => model.setView(null),
    '[': () => model.stepFrame(-1),
    ']': () => model.stepFrame(1),
    a: () => model.setRange('auto'),
    m: () => model.setColormap(COLORMAPS[(COLORMAPS.indexOf(model.colormap.value) + 1) % COLORMAPS.length]!),
    o: () => toggleAllOverlays(model),
    s: () => document.querySelector<HTMLElement>('[data-testid=viewer-save]')?.click(),
    p: () => {
      cursor = !cursor;
      if (!cursor) pointer.value = null;
      else moveBy([0, 0], false);
    },
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !settings.value.singleKeys) return;
    if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return;
    const target = event.target as HTMLElement;
    if (target.closest('input,select,textarea,[role=menu],.code-host')) return;
    if ((event.key === ' ' || event.key === 'Enter') && target.closest('button,a,summary')) return;
    const arrow = arrows[event.key];
    if (arrow !== undefined) moveBy(arrow, event.shiftKey);
    else if (actions[event.key] !== undefined) actions[event.key]!();
    else return;
    event.preventDefault();
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

let remembered: readonly string[] = [];

function toggleAllOverlays(model: ViewerModel): void {
  const shown = [...model.overlays.value];
  const names = shown.length > 0 ? shown : remembered;
  remembered = shown;
  for (const [name] of OVERLAYS) if (names.includes(name)) model.toggleOverlay(name);
}
