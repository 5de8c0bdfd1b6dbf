import type { JSX } from 'preact';
import { formatNumber } from '../core/format.js';
import type { LiveFrame } from '../core/live-frame.js';
import { printedPixels } from '../core/pixel-grid.js';
import type { Affine } from '../core/view-geometry.js';
import type { ViewerModel } from './viewer-model.js';

/** The value of each pixel on it, as soon as the picture is zoomed far enough. */
export function PixelValues({
  model,
  frame,
  placement,
}: {
  model: ViewerModel;
  frame: LiveFrame;
  placement: Affine;
}): JSX.Element | null {
  const pixels = printedPixels(frame, placement, model.screen.value);
  if (pixels.length === 0) return null;
  return (
    <g class="pixel-values" data-testid="overlay-pixel-values">
      {pixels.map(({ x, y, value }, index) => (
        <text key={`pixel ${index + 0}`} x={x} y={y}>
          {formatNumber(value)}
        </text>
      ))}
    </g>
  );
}
