/** Further windows on what the viewer shows: the whole image while it is zoomed, and a second view of a part of it. */
import { type Signal, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Affine, apply, inverse, isWhole, moved, type Rect } from '../core/view-geometry.js';
import { Button } from '../ui/basics.jsx';
import { ImageStage, ViewFrame } from './image-stage.jsx';
import type { Pointer } from './stage-pointer.js';
import { ViewerModel } from './viewer-model.js';

/** Pictures per second of the whole image. */
const OVERVIEW_RATE = 1;

/** The whole image in a corner, with what is visible of it. A click there goes to that place. */
export function Overview({ model }: { model: ViewerModel }): JSX.Element | null {
  const size = model.imageSize.value;
  const view = model.view.value;
  if (size === null || view === null || isWhole(view, size)) return null;
  return <OpenOverview model={model} />;
}

function OpenOverview({ model }: { model: ViewerModel }): JSX.Element | null {
  const whole = useMemo(() => signal<Rect | null>(null), []);
  const pointer = useMemo(() => signal<Pointer | null>(null), []);
  const inset = useBeside(model, { view: whole, rate: OVERVIEW_RATE, isBare: true });
  const placed = useRef<Affine | null>(null);
  const size = model.imageSize.value;
  const view = model.view.value;
  if (inset === null || size === null || view === null) return null;
  const goThere = (event: MouseEvent): void => {
    // a key has no place
    if (placed.current === null || event.detail === 0) {
      model.setView(null);
      return;
    }
    const { left, top } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const [x, y] = apply(inverse(placed.current), event.clientX - left, event.clientY - top);
    model.setView(moved(view, size, x - (view[0] + view[2]) / 2, y - (view[1] + view[3]) / 2));
  };
  const isTurned = model.orientation.value.turns % 2 === 1;
  const ratio = isTurned ? size.height / size.width : size.width / size.height;
  return (
    <button
      type="button"
      class="overview-inset"
      style={{ aspectRatio: String(ratio) }}
      onClick={goThere}
      // the focus stays where it is, so that Space still freezes the picture
      onMouseDown={(event) => event.preventDefault()}
      aria-label="The whole image: a click goes to its place, Enter shows all of it"
    >
      <ImageStage
        model={inset}
        pointer={pointer}
        quiet
        over={(placement) => {
          placed.current = placement;
          return <ViewFrame rect={view} placement={placement} />;
        }}
        testId="viewer-overview"
      />
    </button>
  );
}

/** A part of the image in a window of its own, with the same colours, marks and freezing. */
export function SecondView({
  model,
  pointer,
}: {
  model: ViewerModel;
  pointer: Signal<Pointer | null>;
}): JSX.Element | null {
  const second = useBeside(model, { view: model.second, rate: OVERVIEW_RATE, isBare: false });
  if (second === null) return null;
  return (
    <section class="second-view" aria-label="Second view">
      <ImageStage model={second} pointer={pointer} testId="viewer-second" />
      <Button
        kind="quiet"
        icon="close"
        label="Close the second view (z)"
        onClick={() => model.toggleSecond()}
        testId="viewer-second-close"
      />
    </section>
  );
}

interface BesideOptions {
  readonly view: Signal<Rect | null>;
  readonly rate: number;
  readonly isBare: boolean;
}

function useBeside(model: ViewerModel, { view, rate, isBare }: BesideOptions): ViewerModel | null {
  const [beside, setBeside] = useState<ViewerModel | null>(null);
  useEffect(() => {
    const { cluster, instance } = model.options;
    const made = new ViewerModel({ cluster, instance, main: false, rate, beside: model, view, isBare });
    setBeside(made);
    return () => made.close();
  }, [model, view, rate, isBare]);
  return beside;
}
