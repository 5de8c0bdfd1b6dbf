/** The picture itself: canvas, overlays, pointer and wheel. */
import { effect, type Signal, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import {
  type Affine,
  apply,
  imageToScreen,
  inverse,
  moved,
  type Rect,
  scaleOf,
  wholeImage,
  zoomed,
} from '../core/view-geometry.js';
import { createRenderer } from './create-renderer.js';
import { Overlays } from './overlays.jsx';
import type { Renderer } from './renderer.js';
import type { ViewerModel } from './viewer-model.js';

export interface Pointer {
  /** In pixels of the full image. */
  readonly x: number;
  readonly y: number;
}

interface StageProps {
  readonly model: ViewerModel;
  readonly pointer: Signal<Pointer | null>;
  /** Only the picture: no pointer, no zoom. */
  readonly quiet?: boolean;
}

export function ImageStage({ model, pointer, quiet = false }: StageProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const placement = useMemo(() => signal<Affine | null>(null), []);
  const box = useMemo(() => signal<Rect | null>(null), []);
  useEffect(() => observeSize(host.current!, model), [model]);
  useEffect(() => paint(canvas.current!, model, placement), [model, placement]);
  useEffect(
    () => (quiet ? undefined : listen(host.current!, model, placement, pointer, box)),
    [quiet, model, placement, pointer, box],
  );
  const rect = box.value;
  return (
    <div class="stage" ref={host}>
      <canvas ref={canvas} data-testid="viewer-canvas" aria-label="Image" role="img" />
      {placement.value !== null && <Overlays model={model} placement={placement.value} />}
      {rect !== null && placement.value !== null && <ZoomBox rect={rect} placement={placement.value} />}
    </div>
  );
}

function ZoomBox({ rect, placement }: { rect: Rect; placement: Affine }): JSX.Element {
  const [x0, y0] = apply(placement, rect[0], rect[1]);
  const [x1, y1] = apply(placement, rect[2], rect[3]);
  return (
    <svg class="overlay" aria-hidden="true">
      <rect
        class="zoom-box"
        x={Math.min(x0, x1)}
        y={Math.min(y0, y1)}
        width={Math.abs(x1 - x0)}
        height={Math.abs(y1 - y0)}
      />
    </svg>
  );
}

function observeSize(host: HTMLElement, model: ViewerModel): () => void {
  const observer = new ResizeObserver(([entry]) => {
    const { width, height } = entry!.contentRect;
    if (width < 2 || height < 2) return;
    model.screen.value = { width, height };
    model.announce();
  });
  observer.observe(host);
  return () => observer.disconnect();
}

/** Draws whenever frame, colours, view or size changed. */
function paint(canvas: HTMLCanvasElement, model: ViewerModel, placement: Signal<Affine | null>): () => void {
  let renderer: Renderer | null = null;
  const stop = effect(() => {
    const frame = model.shown.value;
    const { width, height } = model.screen.value;
    const size = model.imageSize.value;
    const view = model.view.value;
    const orientation = model.orientation.value;
    const [colormap, scaling] = [model.colormap.value, model.scaling.value];
    const marksOutside = model.rangeMode.value === 'manual';
    if (width === 0 || frame === null || size === null) return;
    const density = window.devicePixelRatio || 1;
    const [pixelWidth, pixelHeight] = [Math.round(width * density), Math.round(height * density)];
    if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
      canvas.width = pixelWidth;
      canvas.height = pixelHeight;
    }
    renderer ??= createRenderer(canvas);
    canvas.dataset.renderer = renderer.kind;
    const place = imageToScreen(view ?? wholeImage(size), { width, height }, orientation);
    const onCanvas = place.map((value) => value * density) as unknown as Affine;
    renderer.draw({
      frame,
      range: model.rangeFor(frame),
      scaling,
      colormap,
      marksOutside,
      placement: onCanvas,
    });
    canvas.dataset.pulseId = String(frame.header.pulse_id);
    if (placement.peek()?.join() !== place.join()) placement.value = place;
    model.keep(frame);
  });
  return () => {
    stop();
    renderer?.destroy();
  };
}

const WHEEL_STEP = 1.2;

function listen(
  host: HTMLElement,
  model: ViewerModel,
  placement: Signal<Affine | null>,
  pointer: Signal<Pointer | null>,
  box: Signal<Rect | null>,
): () => void {
  let drag: { x: number; y: number; view: Rect; scale: number; box: boolean } | null = null;
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
    drag = { x: event.clientX, y: event.clientY, view, scale: scaleOf(at), box: event.shiftKey };
    if (drag.box) box.value = [point[0], point[1], point[0], point[1]];
    host.classList.add('dragging');
  };
  const move = (event: PointerEvent): void => {
    const point = imagePoint(event);
    const size = model.imageSize.value;
    if (point === null || size === null) return;
    pointer.value = inside(point, size) ? { x: point[0], y: point[1] } : null;
    if (drag === null) return;
    if (drag.box) box.value = [box.value![0], box.value![1], point[0], point[1]];
    else {
      const { turns, mirrored } = model.orientation.value;
      const unit = inverse(imageToScreen([0, 0, 1, 1], { width: 1, height: 1 }, { turns, mirrored }));
      const [dx, dy] = [(drag.x - event.clientX) / drag.scale, (drag.y - event.clientY) / drag.scale];
      model.setView(moved(drag.view, size, unit[0] * dx + unit[2] * dy, unit[1] * dx + unit[3] * dy));
    }
  };
  const up = (): void => {
    const size = model.imageSize.value;
    if (drag?.box && box.value !== null && size !== null) {
      const [x0, y0, x1, y1] = box.value;
      if (Math.abs(x1 - x0) > 4 && Math.abs(y1 - y0) > 4) {
        model.setView([Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)]);
      }
    }
    drag = null;
    box.value = null;
    host.classList.remove('dragging');
  };
  const leave = (): void => {
    pointer.value = null;
  };
  const reset = (): void => model.setView(null);
  host.addEventListener('wheel', wheel, { passive: false });
  host.addEventListener('pointerdown', down);
  host.addEventListener('pointermove', move);
  host.addEventListener('pointerup', up);
  host.addEventListener('pointerleave', leave);
  host.addEventListener('dblclick', reset);
  return () => {
    host.removeEventListener('wheel', wheel);
    host.removeEventListener('pointerdown', down);
    host.removeEventListener('pointermove', move);
    host.removeEventListener('pointerup', up);
    host.removeEventListener('pointerleave', leave);
    host.removeEventListener('dblclick', reset);
  };
}

function inside([x, y]: [number, number], { width, height }: { width: number; height: number }): boolean {
  return x >= 0 && y >= 0 && x < width && y < height;
}
