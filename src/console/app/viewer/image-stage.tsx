/** The picture itself: canvas, overlays, pointer and wheel. */
import { effect, type Signal, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { type Affine, apply, imageToScreen, type Rect, wholeImage } from '../core/view-geometry.js';
import { createRenderer } from './create-renderer.js';
import { Overlays } from './overlays.jsx';
import type { Renderer } from './renderer.js';
import { listenToPointer, type Pointer } from './stage-pointer.js';
import type { ViewerModel } from './viewer-model.js';

interface StageProps {
  readonly model: ViewerModel;
  readonly pointer: Signal<Pointer | null>;
  /** Only the picture: no pointer, no zoom. */
  readonly quiet?: boolean;
  /** What lies over the picture; default: the overlays that were chosen. */
  readonly over?: (placement: Affine) => JSX.Element;
  readonly testId?: string;
}

export function ImageStage({ model, pointer, quiet = false, over, testId }: StageProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const placement = useMemo(() => signal<Affine | null>(null), []);
  const box = useMemo(() => signal<Rect | null>(null), []);
  useEffect(() => observeSize(host.current!, model), [model]);
  useEffect(() => paint(canvas.current!, model, placement), [model, placement]);
  useEffect(
    () => (quiet ? undefined : listenToPointer(host.current!, { model, placement, pointer, box })),
    [quiet, model, placement, pointer, box],
  );
  const rect = box.value;
  return (
    <div class="stage" ref={host}>
      <canvas ref={canvas} data-testid={testId ?? 'viewer-canvas'} aria-label="Image" role="img" />
      {placement.value !== null &&
        (over?.(placement.value) ?? <Overlays model={model} placement={placement.value} />)}
      {rect !== null && placement.value !== null && <ViewFrame rect={rect} placement={placement.value} />}
    </div>
  );
}

/** A visible part, or one that is being dragged. */
export function ViewFrame({ rect, placement }: { rect: Rect; placement: Affine }): JSX.Element {
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
    model.stack.keep(frame);
  });
  return () => {
    stop();
    renderer?.destroy();
  };
}
