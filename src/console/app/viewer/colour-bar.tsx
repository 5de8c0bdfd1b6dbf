import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type ColormapName, colormapTable } from '../core/colormaps.js';
import { formatNumber } from '../core/format.js';
import type { ViewerModel } from './viewer-model.js';

/** Colours with their values, and the histogram of the full image beside them. */
export function ColourBar({ model }: { model: ViewerModel }): JSX.Element | null {
  const name = model.colormap.value;
  const frame = model.told.value;
  const image = frame?.header.image ?? null;
  if (frame === null || image === null) return null;
  const range = model.rangeFor(frame);
  return (
    <div class="colour-bar" aria-hidden="true">
      <span>{formatNumber(range.high)}</span>
      <div class="bar">
        <Colours name={name} />
        {image.histogram !== null && (
          <HistogramLine histogram={image.histogram} low={range.low} high={range.high} />
        )}
      </div>
      <span>{formatNumber(range.low)}</span>
    </div>
  );
}

function Colours({ name }: { name: ColormapName }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const table = colormapTable(name);
    const pixels = context.createImageData(1, 256);
    for (let row = 0; row < 256; row += 1)
      pixels.data.set(table.subarray((255 - row) * 4, (256 - row) * 4), row * 4);
    context.putImageData(pixels, 0, 0);
  }, [name]);
  return <canvas ref={canvas} width={1} height={256} />;
}

interface HistogramLineProps {
  readonly histogram: {
    readonly low: number;
    readonly bin_width: number;
    readonly counts: readonly number[];
  };
  readonly low: number;
  readonly high: number;
}

/** Counts are drawn by their logarithm: a beam has few pixels and the ground has many. */
function HistogramLine({ histogram, low, high }: HistogramLineProps): JSX.Element {
  const most = Math.log1p(Math.max(1, ...histogram.counts));
  const span = Math.max(high - low, 1e-12);
  const points = histogram.counts.map((count, index) => {
    const value = histogram.low + (index + 0.5) * histogram.bin_width;
    const y = 100 - ((value - low) / span) * 100;
    return `${((Math.log1p(count) / most) * 20).toFixed(1)},${y.toFixed(2)}`;
  });
  return (
    <svg viewBox="0 0 20 100" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={`0,100 ${points.join(' ')}`} />
    </svg>
  );
}
