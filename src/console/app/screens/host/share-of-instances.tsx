/** How the load of a worker over time divides among the instances that run on it now. */
import type { JSX } from 'preact';
import { formatByteRate, formatPercent } from '../../core/format.js';
import type { Cluster, InstanceRecord } from '../../core/plant.js';
import { type Recording, stackOf } from '../../core/stacked.js';
import { type Figures, readFigures } from '../../data/metrics.js';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Plot } from '../../ui/plot.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { chosenRange } from '../metrics.jsx';

/** As many as a plot has colours. */
const MOST_LINES = 8;
/** Instances whose figures are asked for: those with the most load now. */
const MOST_INSTANCES = 24;
const PERIOD = 30_000;
/** Milliseconds between points, so that all of them fit in a small answer. */
const STEPS = { '15m': 2000, '1h': 10_000, '6h': 60_000, '24h': 60_000, '7d': 60_000, '30d': 60_000 };

const CHARTS = [
  { title: 'CPU per instance, percent of one core', column: 'cpu', format: formatPercent },
  { title: 'Throughput per instance', column: 'throughput', format: formatByteRate },
] as const;

interface ShareProps {
  readonly cluster: Cluster;
  readonly instances: readonly InstanceRecord[];
}

export function ShareOfInstances({ cluster, instances }: ShareProps): JSX.Element | null {
  const range = chosenRange();
  const names = [...instances]
    .sort((a, b) => (b.statistics.cpu ?? 0) - (a.statistics.cpu ?? 0))
    .slice(0, MOST_INSTANCES)
    .map(({ name }) => name)
    .sort();
  const recorded = useResource(
    `shares ${cluster} ${range} ${names.join(' ')}`,
    async (signal) => {
      const figures: [string, Figures][] = [];
      for (const name of names) {
        figures.push([name, await readFigures(cluster, 'instance', name, range, signal, STEPS[range])]);
      }
      return figures;
    },
    PERIOD,
  );
  if (instances.length === 0) return null;
  const hidden = instances.length - names.length;
  return (
    <Panel
      id="worker-shares"
      title="Share of the instances"
      note={`those that run here now${hidden > 0 ? `; without the ${hidden} of least load` : ''}`}
      state={recorded.data?.every(([, { rows }]) => rows.length === 0) ? 'empty' : recorded.state}
    >
      <Loaded resource={recorded} lines={8}>
        {(figures) =>
          figures.every(([, { rows }]) => rows.length === 0) ? (
            <Empty title="Nothing was recorded in this time" />
          ) : (
            <div class="charts">
              {CHARTS.map(({ title, column, format }) => {
                const { times, lines } = stackOf(recordingsOf(figures, column), STEPS[range], MOST_LINES);
                return (
                  <section key={title} data-testid={`worker-share-${column}`}>
                    <h3>{title}</h3>
                    <Plot
                      times={times}
                      lines={lines}
                      height={200}
                      format={format}
                      together="metrics"
                      stacked
                    />
                  </section>
                );
              })}
            </div>
          )
        }
      </Loaded>
    </Panel>
  );
}

function recordingsOf(figures: readonly [string, Figures][], column: string): Recording[] {
  return figures.map(([name, { columns, rows }]) => {
    const index = columns.indexOf(column);
    return { name, points: rows.map((row) => [row[0] ?? 0, row[index] ?? null]) };
  });
}
