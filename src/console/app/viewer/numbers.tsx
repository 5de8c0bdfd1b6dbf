/** The numbers of the message on the screen, in groups; each can be pinned to the trend. */
import type { JSX } from 'preact';
import { formatInteger, formatNumber, formatTime, MISSING } from '../core/format.js';
import type { LiveFrame } from '../core/live-frame.js';
import type { JsonRecord } from '../core/plant.js';
import { Button, copyText, Link } from '../ui/basics.jsx';
import { JsonTree } from '../ui/json-tree.jsx';
import type { Trend } from './trend.js';

interface NumbersProps {
  readonly frame: LiveFrame;
  readonly trend: Trend;
}

interface AllNumbersProps extends NumbersProps {
  /** Path of the inspector of the instance. */
  readonly inspector: string;
}

/** Rows of two columns: label, member for x, member for y. */
const BEAM: readonly [string, string, string][] = [
  ['fit mean', 'x_fit_mean', 'y_fit_mean'],
  ['fit sigma', 'x_fit_standard_deviation', 'y_fit_standard_deviation'],
  ['FWHM', 'x_fwhm', 'y_fwhm'],
  ['COM', 'x_center_of_mass', 'y_center_of_mass'],
  ['RMS', 'x_rms', 'y_rms'],
];
const REGION: readonly [string, string, string][] = [
  ['fit mean', 'gr_x_fit_mean', 'gr_y_fit_mean'],
  ['fit sigma', 'gr_x_fit_standard_deviation', 'gr_y_fit_standard_deviation'],
  ['fit amplitude', 'gr_x_fit_amplitude', 'gr_y_fit_amplitude'],
];
const IMAGE = ['intensity', 'min_value', 'max_value', 'width', 'height'];
const HIDDEN = new Set(['processing_parameters', 'timestamp']);

export function Numbers({ frame, trend, inspector }: AllNumbersProps): JSX.Element {
  const { scalars } = frame.header;
  const parameters = readParameters(scalars.processing_parameters);
  const grouped = new Set([...BEAM, ...REGION].flatMap(([, x, y]) => [x, y]).concat(IMAGE));
  const others = Object.keys(scalars).filter(
    (name) =>
      !grouped.has(name) && !HIDDEN.has(name) && !name.startsWith('slice_') && !name.startsWith('coupling'),
  );
  const copyAll = (): void => {
    const lines = Object.entries(scalars).map(([name, value]) => `${name}\t${value}`);
    void copyText([`pulse_id\t${frame.header.pulse_id}`, ...lines].join('\n'), 'Numbers');
  };
  return (
    <div class="numbers">
      <Pairs title="Beam" rows={BEAM} frame={frame} trend={trend} />
      <Pairs title="Good region" rows={REGION} frame={frame} trend={trend} />
      <SliceTable frame={frame} />
      <Singles title="Image" names={IMAGE} frame={frame} trend={trend} />
      <Message frame={frame} inspector={inspector} />
      {others.length > 0 && <Singles title="Other scalars" names={others} frame={frame} trend={trend} />}
      {parameters !== null && (
        <details class="card">
          <summary>Parameters</summary>
          <JsonTree value={parameters} />
        </details>
      )}
      <Button kind="quiet" icon="copy" onClick={copyAll}>
        Copy all
      </Button>
    </div>
  );
}

function readParameters(text: unknown): JsonRecord | null {
  if (typeof text !== 'string') return null;
  try {
    return JSON.parse(text) as JsonRecord;
  } catch {
    return null;
  }
}

interface GroupProps extends NumbersProps {
  readonly title: string;
}

function Pairs({ title, rows, frame, trend }: GroupProps & { rows: typeof BEAM }): JSX.Element | null {
  const { scalars } = frame.header;
  const present = rows.filter(([, x, y]) => x in scalars || y in scalars);
  if (present.length === 0) return null;
  return (
    <table class="pairs">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">
            <span class="visually-hidden">Quantity</span>
          </th>
          <th scope="col" class="numeric">
            x
          </th>
          <th scope="col" class="numeric">
            y
          </th>
        </tr>
      </thead>
      <tbody>
        {present.map(([label, x, y]) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <Value name={x} frame={frame} trend={trend} />
            <Value name={y} frame={frame} trend={trend} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ name, frame, trend }: NumbersProps & { name: string }): JSX.Element {
  const value = frame.header.scalars[name];
  return (
    <td class="numeric">
      <button
        type="button"
        class={`value ${trend.isPinned(name) ? 'pinned' : ''}`}
        title={`${name} = ${value ?? MISSING}. Click: trend`}
        onClick={() => trend.toggle(name)}
        data-testid={`number-${name}`}
        data-value={value ?? undefined}
      >
        {formatNumber(value)}
      </button>
    </td>
  );
}

function Singles({
  title,
  names,
  frame,
  trend,
}: GroupProps & { names: readonly string[] }): JSX.Element | null {
  const present = names.filter((name) => name in frame.header.scalars);
  if (present.length === 0) return null;
  return (
    <table class="pairs">
      <caption>{title}</caption>
      <tbody>
        {present.map((name) => (
          <tr key={name}>
            <th scope="row">{name.replaceAll('_', ' ')}</th>
            <Value name={name} frame={frame} trend={trend} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function SliceTable({ frame }: { frame: LiveFrame }): JSX.Element | null {
  const { scalars } = frame.header;
  const amount = scalars.slice_amount;
  if (typeof amount !== 'number' || amount < 1) return null;
  const names = ['center_x', 'center_y', 'standard_deviation', 'intensity'];
  return (
    <details class="card" open>
      <summary>
        Slices {amount}
        {typeof scalars.coupling === 'number' && <>, coupling {formatNumber(scalars.coupling)}</>}
      </summary>
      <table class="pairs">
        <thead>
          <tr>
            {['x', 'y', 'sigma', 'intensity'].map((title) => (
              <th key={title} scope="col" class="numeric">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: amount }, (_, index) => (
            <tr key={names[index] ?? index}>
              {names.map((name) => (
                <td key={name} class="numeric">
                  {formatNumber(scalars[`slice_${index}_${name}`])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Message({ frame, inspector }: { frame: LiveFrame; inspector: string }): JSX.Element {
  const { pulse_id, timestamp } = frame.header;
  return (
    <table class="pairs">
      <caption>Message</caption>
      <tbody>
        <tr>
          <th scope="row">pulse id</th>
          <td class="numeric">
            <Link
              to={`${inspector}?pulse=${pulse_id}`}
              title="All channels of this message; as long as it is kept, which freezing sees to"
              testId="viewer-inspect-message"
            >
              {formatInteger(pulse_id)}
            </Link>
          </td>
        </tr>
        <tr>
          <th scope="row">time stamp</th>
          <td class="numeric">{formatTime(timestamp * 1000)}</td>
        </tr>
      </tbody>
    </table>
  );
}
