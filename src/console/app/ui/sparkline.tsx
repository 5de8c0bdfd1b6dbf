import type { JSX } from 'preact';
import { type Series, sparkline } from '../core/history.js';

const WIDTH = 56;
const HEIGHT = 14;

/** The last minutes of a figure at a glance; its number stands beside it. */
export function Sparkline({ series }: { series: Series }): JSX.Element | null {
  if (series.length < 2) return <span class="sparkline" />;
  return (
    <svg
      class="sparkline"
      viewBox={`0 -1 ${WIDTH} ${HEIGHT + 2}`}
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
    >
      <path d={sparkline(series.times, series.values, WIDTH, HEIGHT, 10_000)} />
    </svg>
  );
}
