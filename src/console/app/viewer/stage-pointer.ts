/** Pointer and wheel over the picture: zoom, pan, drawing of rectangles, marks. */
import type { Signal } from '@preact/signals';
import {
  type Affine,
  apply,
  imageToScreen,
  inverse,
  moved,
  type Rect,
  type Size,
  scaleOf,
  wholeImage,
  zoomed,
} from '../core/view-geometry.js';
import type { ViewerModel } from './viewer-model.js';

export interface Pointer {
  /** In pixels of the full image. */
  readonly x: number;
  readonly y: number;
}

interface StageParts {
  readonly model: ViewerModel;
  readonly placement: Signal<Affine | null>;
  readonly pointer: Signal<Pointer | null>;
  /** The rectangle that is being dragged. */
  readonly box: Signal<Rect | null>;
}

const WHEEL_STEP = 1.2;
/** Pixels of the screen that a press may move and still be a click. */
const CLICK_SLACK = 4;
/** Pixels of the image that a dragged rectangle must have in both directions to be meant. */
const SMALLEST_BOX = 4;

interface Drag {
  readonly x: number;
  readonly y: number;
  readonly view: Rect;
  readonly scale: number;
  readonly isBox: boolean;
}

/** @returns what ends it */
export function listenToPointer(
  host: HTMLElement,
  { model, placement, pointer, box }: StageParts,
): () => void {
  let drag: Drag | null = null;
  const imagePoint = (event: MouseEvent): [number, number] | null => {
    const at = placement.value;
    const bounds = host.getBoundingClientRect();
    return at === null ? null : apply(inverse(at), event.clientX - bounds.left, event.clientY - bounds.top);
  };
  const wheel = (event: WheelEvent): void => {
    const point = imagePoint(event);
    const size = model.imageSize.value;
    if (point === null || size === null) return;
    event.preventDefault();
    const factor = event.deltaY < 0 ? 1 / WHEEL_STEP : WHEEL_STEP;
    model.setView(zoomed(model.view.value ?? wholeImage(size), size, factor, ...point));
  };
  const down = (event: PointerEvent): void => {
    const point = imagePoint(event);
    const size = model.imageSize.value;
    const at = placement.value;
    if (event.button !== 0 || point === null || size === null || at === null) return;
    host.setPointerCapture(event.pointerId);
    const view = model.view.value ?? wholeImage(size);
    const isBox = event.shiftKey || model.drawing.value !== null;
    drag = { x: event.clientX, y: event.clientY, view, scale: scaleOf(at), isBox };
    if (isBox) box.value = [point[0], point[1], point[0], point[1]];
    else host.classList.add('dragging');
  };
  const move = (event: PointerEvent): void => {
    const point = imagePoint(event);
    const size = model.imageSize.value;
    if (point === null || size === null) return;
    pointer.value = inside(point, size) ? { x: point[0], y: point[1] } : null;
    if (drag === null) return;
    if (drag.isBox) {
      box.value = [box.value![0], box.value![1], point[0], point[1]];
      return;
    }
    const { turns, mirrored } = model.orientation.value;
    const unit = inverse(imageToScreen([0, 0, 1, 1], { width: 1, height: 1 }, { turns, mirrored }));
    const [dx, dy] = [(drag.x - event.clientX) / drag.scale, (drag.y - event.clientY) / drag.scale];
    model.setView(moved(drag.view, size, unit[0] * dx + unit[2] * dy, unit[1] * dx + unit[3] * dy));
  };
  const up = (event: PointerEvent): void => {
    const rect = box.value === null ? null : upright(box.value);
    if (rect !== null && rect[2] - rect[0] > SMALLEST_BOX && rect[3] - rect[1] > SMALLEST_BOX) {
      const { drawing } = model;
      if (drawing.value === null) model.setView(rect);
      else drawing.value(rect);
      drawing.value = null;
    } else if (drag !== null && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < CLICK_SLACK) {
      const point = imagePoint(event);
      if (point !== null && model.isMeasuring.value) model.mark(...point);
    }
    end();
  };
  const end = (): void => {
    drag = null;
    box.value = null;
    host.classList.remove('dragging');
  };
  const leave = (): void => {
    pointer.value = null;
  };
  const reset = (): void => {
    if (!model.isMeasuring.value) model.setView(null);
  };
  const listeners = {
    pointerdown: down,
    pointermove: move,
    pointerup: up,
    pointercancel: end,
    pointerleave: leave,
  };
  host.addEventListener('wheel', wheel, { passive: false });
  host.addEventListener('dblclick', reset);
  for (const [name, listener] of Object.entries(listeners))
    host.addEventListener(name, listener as EventListener);
  return () => {
    host.removeEventListener('wheel', wheel);
    host.removeEventListener('dblclick', reset);
    for (const [name, listener] of Object.entries(listeners)) {
      host.removeEventListener(name, listener as EventListener);
    }
  };
}

function upright([x0, y0, x1, y1]: Rect): Rect {
  return [Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)];
}

function inside([x, y]: [number, number], { width, height }: Size): boolean {
  return x >= 0 && y >= 0 && x < width && y < height;
}
