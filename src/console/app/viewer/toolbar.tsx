import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { COLORMAPS, type ColormapName } from '../core/colormaps.js';
import type { Scaling } from '../core/display-range.js';
import { formatNumber } from '../core/format.js';
import { oneToOne, wholeImage, zoomed } from '../core/view-geometry.js';
import { Button } from '../ui/basics.jsx';
import { Menu } from '../ui/menu.jsx';
import { OwnOverlays } from './own-overlays.jsx';
import { saveEntries } from './save.js';
import { MOST_AVERAGED, OVERLAYS } from './view-state.js';
import type { ViewerModel } from './viewer-model.js';

export function zoomBy(model: ViewerModel, factor: number): void {
  const size = model.imageSize.value;
  if (size === null) return;
  const view = model.view.value ?? wholeImage(size);
  model.setView(zoomed(view, size, factor, (view[0] + view[2]) / 2, (view[1] + view[3]) / 2));
}

export function showOneToOne(model: ViewerModel): void {
  const size = model.imageSize.value;
  if (size !== null) model.setView(oneToOne(model.view.value ?? wholeImage(size), size, model.screen.value));
}

/** Everything that changes what is seen, in the order of the eye: time, place, colour, marks. */
export function Toolbar({ model, onSaveMore }: { model: ViewerModel; onSaveMore: () => void }): JSX.Element {
  const { isFrozen } = model;
  const { at, frames } = model.stack;
  return (
    <div class="viewer-toolbar" role="toolbar" aria-label="View">
      <Button
        icon={isFrozen.value ? 'play' : 'pause'}
        pressed={isFrozen.value}
        onClick={() => model.toggleFreeze()}
        title="Space"
        testId="viewer-freeze"
      >
        {isFrozen.value ? 'Go on' : 'Freeze'}
      </Button>
      <span class="group">
        <Button kind="quiet" label="Older picture  [" onClick={() => model.stepFrame(-1)}>
          ‹
        </Button>
        {isFrozen.value && (
          <>
            <input
              type="range"
              aria-label="Picture"
              min={0}
              max={Math.max(0, frames.value.length - 1)}
              value={at.value ?? 0}
              onInput={(event) => {
                at.value = Number(event.currentTarget.value);
              }}
            />
            <span class="muted">
              {(at.value ?? 0) + 1}/{frames.value.length}
            </span>
          </>
        )}
        <Button kind="quiet" label="Newer picture  ]" onClick={() => model.stepFrame(1)}>
          ›
        </Button>
      </span>
      <span class="group">
        <Button
          kind="quiet"
          title="Whole image (f, 0)"
          onClick={() => model.setView(null)}
          testId="viewer-fit"
        >
          Fit
        </Button>
        <Button kind="quiet" title="One to one (1)" onClick={() => showOneToOne(model)}>
          1:1
        </Button>
        <Button
          kind="quiet"
          label="Zoom in (+)"
          onClick={() => zoomBy(model, 1 / 1.4)}
          testId="viewer-zoom-in"
        >
          +
        </Button>
        <Button kind="quiet" label="Zoom out (−)" onClick={() => zoomBy(model, 1.4)} testId="viewer-zoom-out">
          −
        </Button>
        <Orientation model={model} />
        <Button
          kind="quiet"
          icon="measure"
          label="Measure a distance (d)"
          pressed={model.isMeasuring.value}
          onClick={() => model.toggleMeasuring()}
          testId="viewer-measure"
        />
        <Button
          kind="quiet"
          icon="second"
          label="Second view of a part (z)"
          pressed={model.second.value !== null}
          onClick={() => model.toggleSecond()}
          testId="viewer-second-toggle"
        />
      </span>
      <span class="group">
        <label>
          <span class="visually-hidden">Colour map</span>
          <select
            value={model.colormap.value}
            onChange={(event) => model.setColormap(event.currentTarget.value as ColormapName)}
            data-testid="viewer-colormap"
          >
            {COLORMAPS.map((name) => (
              <option key={name} value={name}>
                {name === 'rainbow' ? 'rainbow (not perceptually uniform)' : name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="visually-hidden">Scaling</span>
          <select
            value={model.scaling.value}
            onChange={(event) => model.setScaling(event.currentTarget.value as Scaling)}
            data-testid="viewer-scaling"
          >
            <option value="linear">linear</option>
            <option value="sqrt">sqrt</option>
            <option value="log">log</option>
          </select>
        </label>
        <label>
          <span class="visually-hidden">Mean of pictures</span>
          <select
            value={model.averaging.value}
            onChange={(event) => model.setAveraging(Number(event.currentTarget.value))}
            data-testid="viewer-averaging"
          >
            {[1, 2, 5, 10, 20, MOST_AVERAGED].map((count) => (
              <option key={count} value={count}>
                {count === 1 ? 'no mean' : `mean of ${count}`}
              </option>
            ))}
          </select>
        </label>
        <RangeControls model={model} />
      </span>
      <span class="spacer" />
      <OverlayChoice model={model} />
      <Menu
        label="Save"
        text="Save"
        icon="download"
        entries={saveEntries(model, onSaveMore)}
        testId="viewer-save"
      />
    </div>
  );
}

function Orientation({ model }: { model: ViewerModel }): JSX.Element {
  const { turns, mirrored } = model.orientation.value;
  return (
    <>
      <Button
        kind="quiet"
        label="Turn the picture by 90 degrees"
        pressed={turns !== 0}
        onClick={() => model.setOrientation({ turns: (turns + 1) % 4, mirrored })}
      >
        ↻{turns === 0 ? '' : ` ${turns * 90}°`}
      </Button>
      <Button
        kind="quiet"
        label="Mirror the picture"
        pressed={mirrored}
        onClick={() => model.setOrientation({ turns, mirrored: !mirrored })}
      >
        ⇋
      </Button>
    </>
  );
}

function RangeControls({ model }: { model: ViewerModel }): JSX.Element {
  const mode = model.rangeMode.value;
  const frame = model.shown.value;
  const range = frame?.header.image == null ? null : model.rangeFor(frame);
  const shown = mode === 'manual' ? model.manual.value : range;
  const change = (end: 'low' | 'high', text: string): void => {
    const value = Number(text);
    if (shown === null || text.trim() === '' || !Number.isFinite(value)) return;
    const low = end === 'low' ? value : Math.min(shown.low, value - 1);
    const high = end === 'high' ? value : Math.max(shown.high, value + 1);
    model.setRange('manual', { low, high });
  };
  const rounded = (value: number | undefined): string =>
    value === undefined ? '' : formatNumber(value).replace('–', '');
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a row of toggles in a toolbar */}
      <span class="segmented" role="group" aria-label="Range of values">
        <Button
          kind="quiet"
          pressed={mode === 'auto'}
          onClick={() => model.setRange('auto')}
          title="0.1 to 99.9 percent (a)"
          testId="viewer-range-auto"
        >
          Auto
        </Button>
        <Button
          kind="quiet"
          pressed={mode === 'full'}
          onClick={() => model.setRange('full')}
          title="Smallest to largest value"
        >
          Full
        </Button>
        <Button
          kind="quiet"
          pressed={mode === 'manual'}
          onClick={() => range !== null && model.setRange('manual', range)}
          title="Keep the present values"
          testId="viewer-range-fix"
        >
          Fix
        </Button>
      </span>
      <RangeField
        label="Lower end"
        value={rounded(shown?.low)}
        onChange={(text) => change('low', text)}
        testId="viewer-range-low"
      />
      <RangeField
        label="Upper end"
        value={rounded(shown?.high)}
        onChange={(text) => change('high', text)}
        testId="viewer-range-high"
      />
    </>
  );
}

interface RangeFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly testId: string;
}

/** Follows the value until somebody types. */
function RangeField({ label, value, onChange, testId }: RangeFieldProps): JSX.Element {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <input
      class="range-field"
      aria-label={label}
      value={typed ?? value}
      data-testid={testId}
      onInput={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
      onBlur={() => {
        if (typed !== null) onChange(typed);
        setTyped(null);
      }}
    />
  );
}

function OverlayChoice({ model }: { model: ViewerModel }): JSX.Element {
  return (
    <details class="drop">
      <summary class="button quiet" data-testid="viewer-overlays">
        Overlays <b>{model.overlays.value.size + model.ownOverlays.value.length}</b>
      </summary>
      <fieldset class="drop-list">
        <legend class="visually-hidden">Overlays</legend>
        {OVERLAYS.map(([name, label]) => (
          <label key={name} class="check">
            <input
              type="checkbox"
              checked={model.overlays.value.has(name)}
              onChange={() => model.toggleOverlay(name)}
              data-testid={`overlay-toggle-${name}`}
            />
            {label}
          </label>
        ))}
        <OwnOverlays model={model} />
      </fieldset>
    </details>
  );
}
