/** The keys of the picture. */
import { COLORMAPS } from '../core/colormaps.js';
import { moved, wholeImage } from '../core/view-geometry.js';
import { settings } from '../data/settings.js';
import type { Pointer } from './stage-pointer.js';
import { showOneToOne, zoomBy } from './toolbar.jsx';
import { OVERLAYS } from './view-state.js';
import type { ViewerModel } from './viewer-model.js';

const PAN_STEP = 0.1;

/** Keys of the picture work wherever the focus is, except where something is typed or a control takes them. */
export function listenToKeys(model: ViewerModel, pointer: { value: Pointer | null }): () => void {
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
    d: () => model.toggleMeasuring(),
    z: () => model.toggleSecond(),
    Enter: () => {
      if (model.isMeasuring.value && pointer.value !== null) model.mark(pointer.value.x, pointer.value.y);
    },
    Escape: () => {
      if (model.drawing.value !== null) model.drawing.value = null;
      else if (model.isMeasuring.value) model.toggleMeasuring();
    },
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
