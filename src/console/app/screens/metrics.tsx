/** Figures over time of an instance or a worker, with what was done as marks. */
import type { JSX } from 'preact';
import {
  csvLine,
  formatByteRate,
  formatBytes,
  formatHertz,
  formatInteger,
  formatPercent,
} from '../core/format.js';
import type { Cluster } from '../core/plant.js';
import { recordsOf, textOf, timeOf } from '../core/values.js';
import { callJson } from '../data/api.js';
import { readFigures } from '../data/metrics.js';
import { queryValue, setQuery } from '../data/navigation.js';
import { Button, saveFile } from '../ui/basics.jsx';
import { Empty, Panel } from '../ui/panel.jsx';
import { Plot } from '../ui/plot.jsx';
import { Loaded, useResource } from '../ui/resource.jsx';

const RANGES = ['15m', '1h', '6h', '24h', '7d', '30d'] as const;

interface MetricsProps {
  readonly cluster: Cluster;
  readonly kind: 'instance' | 'worker';
  readonly name: string;
}

interface Chart {
  readonly title: string;
  readonly columns: readonly string[];
  readonly format: (value: number) => string;
}

const CHARTS: Readonly<Record<MetricsProps['kind'], readonly Chart[]>> = {
  instance: [
    { title: 'Messages per second', columns: ['rx', 'tx', 'dropped'], format: formatHertz },
    { title: 'Throughput', columns: ['throughput'], format: formatByteRate },
    { title: 'CPU, percent of one core', columns: ['cpu'], format: formatPercent },
    { title: 'Memory', columns: ['memory'], format: formatBytes },
    { title: 'Clients and viewers', columns: ['clients', 'viewers'], format: formatInteger },
  ],
  worker: [
    { title: 'CPU of the host', columns: ['cpu'], format: formatPercent },
    { title: 'Memory in use', columns: ['memory'], format: formatBytes },
    { title: 'Network', columns: ['rx', 'tx'], format: formatByteRate },
    { title: 'Instances', columns: ['instances'], format: formatInteger },
  ],
};

interface Recorded {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (number | null)[])[];
  readonly marks: readonly { readonly time: number; readonly text: string }[];
}

async function load(
  { cluster, kind, name }: MetricsProps,
  range: string,
  signal: AbortSignal,
): Promise<Recorded> {
  const { columns, rows, step } = await readFigures(cluster, kind, name, range, signal);
  return { columns, rows: withGaps(rows, step), marks: await readMarks(cluster, name, signal) };
}

/** Where nothing was recorded a row without values stands, so that no line leads across. */
function withGaps(rows: Recorded['rows'], step: number): Recorded['rows'] {
  return rows.flatMap((row, index) => {
    const before = rows[index - 1]?.[0] ?? null;
    const time = row[0] ?? null;
    if (before === null || time === null || step === 0 || time - before <= step * 2.5) return [row];
    return [[before + step, ...row.slice(1).map(() => null)], row];
  });
}

/** What was done with it, from the audit log; without it the plots stand alone. */
async function readMarks(cluster: Cluster, name: string, signal: AbortSignal): Promise<Recorded['marks']> {
  try {
    const path = `/api/v2/audit?cluster=${cluster}&target=${encodeURIComponent(name)}&limit=50`;
    const records = recordsOf((await callJson(cluster, path, { signal })).records);
    return records.flatMap((record) => {
      const time = timeOf(record.time);
      return time === null ? [] : [{ time: time / 1000, text: textOf(record.action) ?? '' }];
    });
  } catch {
    return [];
  }
}

/** As the address says. */
export function chosenRange(): (typeof RANGES)[number] {
  const chosen = queryValue('range');
  return RANGES.find((entry) => entry === chosen) ?? '1h';
}

export function Metrics(props: MetricsProps): JSX.Element {
  const range = chosenRange();
  const key = `${props.cluster} ${props.kind} ${props.name} ${range}`;
  const recorded = useResource(key, (signal) => load(props, range, signal), 10_000);
  const save = (): void => {
    const { columns, rows } = recorded.data!;
    const text = [csvLine(columns), ...rows.map((row) => csvLine(row))].join('\n');
    saveFile(`${props.name}.csv`, text, 'text/csv');
  };
  return (
    <Panel
      id="metrics"
      title="Over time"
      state={recorded.data?.rows.length === 0 ? 'empty' : recorded.state}
      actions={
        <>
          {RANGES.map((entry) => (
            <Button
              key={entry}
              kind="quiet"
              pressed={entry === range}
              onClick={() => setQuery({ range: entry })}
            >
              {entry}
            </Button>
          ))}
          <Button
            kind="quiet"
            icon="download"
            label="Save as CSV"
            disabled={recorded.data === null}
            onClick={save}
          />
        </>
      }
    >
      <Loaded resource={recorded} lines={10}>
        {(data) =>
          data.rows.length === 0 ? (
            <NothingRecorded range={range} />
          ) : (
            <Charts data={data} charts={CHARTS[props.kind]} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function NothingRecorded({ range }: { range: string }): JSX.Element {
  return (
    <Empty title="Nothing was recorded in this time">
      {range !== '30d' && <Button onClick={() => setQuery({ range: '30d' })}>Widen the range</Button>}
    </Empty>
  );
}

function Charts({ data, charts }: { data: Recorded; charts: readonly Chart[] }): JSX.Element {
  const times = data.rows.map((row) => (row[0] ?? 0) / 1000);
  return (
    <div class="charts">
      {charts.map(({ title, columns, format }) => {
        const lines = columns.flatMap((column) => {
          const index = data.columns.indexOf(column);
          return index < 0 ? [] : [{ label: column, values: data.rows.map((row) => row[index] ?? null) }];
        });
        return (
          <section key={title}>
            <h3>{title}</h3>
            <Plot
              times={times}
              lines={lines}
              height={170}
              format={format}
              isWhole={format === formatInteger}
              together="metrics"
              marks={data.marks}
            />
          </section>
        );
      })}
    </div>
  );
}
