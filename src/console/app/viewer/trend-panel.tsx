import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { formatNumber } from '../core/format.js';
import { movingAverage, type Series, sparkline, summarise } from '../core/history.js';
import { Button, saveFile } from '../ui/basics.jsx';
import { Dialog } from '../ui/dialog.jsx';
import { Plot } from '../ui/plot.jsx';
import type { Trend } from './trend.js';

const WIDTH = 280;
const HEIGHT = 44;

export function TrendPanel({ trend }: { trend: Trend }): JSX.Element {
  const [large, setLarge] = useState<string | null>(null);
  /** Over how many values. */
  const [averaged, setAveraged] = useState(1);
  const version = trend.version.value;
  const series = large === null ? undefined : trend.seriesOf(large);
  return (
    <section class="trends" aria-label="Trend" data-version={version}>
      {trend.pinned.value.length === 0 && <p class="muted">Click a number to follow it here.</p>}
      {trend.pinned.value.length > 0 && (
        <label class="row">
          <span class="muted">Moving average</span>
          <select
            value={averaged}
            onChange={(event) => setAveraged(Number(event.currentTarget.value))}
            data-testid="trend-average"
          >
            {[1, 5, 20, 100].map((count) => (
              <option key={count} value={count}>
                {count === 1 ? 'off' : `of ${count} values`}
              </option>
            ))}
          </select>
        </label>
      )}
      {trend.pinned.value.map((name) => (
        <TrendLine
          key={name}
          name={name}
          trend={trend}
          averaged={averaged}
          onEnlarge={() => setLarge(name)}
        />
      ))}
      {large !== null && series !== undefined && (
        <Dialog title={`Trend of ${large}`} onClose={() => setLarge(null)} wide>
          <Plot
            times={series.times.map((time) => time / 1000)}
            lines={[
              { label: large, values: series.values },
              ...(averaged > 1
                ? [{ label: `average of ${averaged}`, values: movingAverage(series.values, averaged) }]
                : []),
            ]}
            height={360}
          />
          <Histogram series={series} />
        </Dialog>
      )}
    </section>
  );
}

interface TrendLineProps {
  readonly name: string;
  readonly trend: Trend;
  readonly averaged: number;
  readonly onEnlarge: () => void;
}

function TrendLine({ name, trend, averaged, onEnlarge }: TrendLineProps): JSX.Element {
  const series = trend.seriesOf(name);
  const summary = series === undefined ? null : summarise(series.values);
  const path = series === undefined ? '' : scaledSparkline(series, averaged);
  return (
    <figure class="trend" data-testid={`trend-${name}`} data-points={series?.length ?? 0}>
      <figcaption>
        <b>{name.replaceAll('_', ' ')}</b>
        <span class="spacer" />
        <Button kind="quiet" icon="expand" label={`Enlarge ${name}`} onClick={onEnlarge} />
        <Button
          kind="quiet"
          icon="download"
          label={`Save ${name} as CSV`}
          onClick={() => saveFile(`${name}.csv`, trend.csv(name), 'text/csv')}
          testId={`trend-csv-${name}`}
        />
        <Button kind="quiet" icon="close" label={`Remove ${name}`} onClick={() => trend.toggle(name)} />
      </figcaption>
      <svg viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`} preserveAspectRatio="none" aria-hidden="true">
        <path d={path} />
      </svg>
      {summary !== null && (
        <p class="muted">
          mean <b>{formatNumber(summary.mean)}</b> sigma <b>{formatNumber(summary.sigma)}</b> min{' '}
          {formatNumber(summary.minimum)} max {formatNumber(summary.maximum)}
        </p>
      )}
    </figure>
  );
}

/** From smallest to largest instead of from zero: trends show changes. */
function scaledSparkline(series: Series, averaged: number): string {
  const values = movingAverage(series.values, averaged).slice(-600);
  const summary = summarise(values);
  if (summary === null) return '';
  const lifted = values.map((value) => value - summary.minimum);
  return sparkline(series.times.slice(-600), lifted, WIDTH, HEIGHT, 10_000);
}

const BINS = 40;

function Histogram({ series }: { series: Series }): JSX.Element | null {
  const summary = summarise(series.values);
  if (summary === null || summary.maximum === summary.minimum) return null;
  const counts = new Array<number>(BINS).fill(0);
  for (const value of series.values) {
    const place = (value - summary.minimum) / (summary.maximum - summary.minimum);
    counts[Math.min(BINS - 1, Math.floor(place * BINS))]! += 1;
  }
  const most = Math.max(...counts);
  return (
    <figure class="histogram">
      <figcaption class="muted">
        Distribution of {summary.count} values: {formatNumber(summary.minimum)} to{' '}
        {formatNumber(summary.maximum)}
      </figcaption>
      <svg viewBox={`0 0 ${BINS} 30`} preserveAspectRatio="none" aria-hidden="true">
        {counts.map((count, index) => (
          <rect
            key={`bin ${index + 0}`}
            x={index}
            y={30 - (30 * count) / most}
            width={0.85}
            height={(30 * count) / most}
          />
        ))}
      </svg>
    </figure>
  );
}
