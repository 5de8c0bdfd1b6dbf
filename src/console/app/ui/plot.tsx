/** A plot over time. uPlot is loaded when the first one is shown. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { formatNumber } from '../core/format.js';
import { accumulated } from '../core/stacked.js';
import { numberLabels, timeLabels, withoutRepeats } from '../core/tick-labels.js';
import { messageOf } from '../data/api.js';
import { currentTheme } from '../data/settings.js';
import { Failure } from './panel.jsx';

export interface PlotLine {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

interface PlotProps {
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly PlotLine[];
  readonly height: number;
  readonly format?: (value: number) => string;
  /** The values are counts: there is nothing between two whole numbers. */
  readonly isWhole?: boolean;
  /** Plots with the same name move their cursors together. */
  readonly together?: string;
  /** Seconds since 1970, with what happened. */
  readonly marks?: readonly { readonly time: number; readonly text: string }[];
  readonly range?: readonly [number, number];
  /** Lines lie one on top of the other as areas; the legend tells the value of each, not the sum. */
  readonly stacked?: boolean;
}

const COLOURS = ['--primary', '--ok', '--warn', '--frozen', '--bad', '--info', '--muted', '--off'];

const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

export function Plot(props: PlotProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const latest = useRef(props);
  latest.current = props;
  const theme = currentTheme();
  const names = props.lines.map((line) => line.label).join('|');
  useEffect(() => {
    let left = false;
    let observer: ResizeObserver | null = null;
    Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')])
      .then(([{ default: Plotter }]) => {
        const element = host.current;
        if (left || element === null) return;
        const make = new Plotter(
          optionsFor(latest.current, element.clientWidth),
          dataOf(latest.current),
          element,
        );
        plot.current = make;
        observer = new ResizeObserver(() =>
          make.setSize({ width: element.clientWidth, height: latest.current.height }),
        );
        observer.observe(element);
      })
      .catch(setProblem);
    return () => {
      left = true;
      observer?.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [theme, names]);
  useEffect(() => {
    plot.current?.setData(dataOf(props));
  }, [props.times, props.lines]);
  if (problem !== null) return <Failure message={`The plot could not be loaded: ${messageOf(problem)}`} />;
  return <div class="plot" ref={host} data-testid="plot" />;
}

function dataOf({ times, lines, stacked = false }: PlotProps): uPlot.AlignedData {
  const values = lines.map((line) => line.values);
  const drawn = stacked ? accumulated(values) : values.map((line) => [...line]);
  return [[...times], ...drawn] as uPlot.AlignedData;
}

function optionsFor(props: PlotProps, width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line') },
  };
  const { format, isWhole = false, together, marks = [], range, stacked = false } = props;
  const strokes = props.lines.map((_, index) => colour(COLOURS[index % COLOURS.length]!));
  const area = (index: number): string => `color-mix(in srgb, ${strokes[index]} 35%, transparent)`;
  return {
    width,
    height: props.height,
    cursor: { sync: together === undefined ? undefined! : { key: together }, drag: { x: true, y: false } },
    scales: range === undefined ? {} : { x: { range: [range[0], range[1]] } },
    axes: [
      { ...axis, space: 90, values: (_plot, ticks, _axis, _space, step) => timeLabels(ticks, step) },
      {
        ...axis,
        size: 74,
        ...(isWhole ? { incrs: WHOLE_STEPS } : {}),
        values: (_plot, ticks) =>
          format === undefined ? numberLabels(ticks) : withoutRepeats(ticks.map(format)),
      },
    ],
    series: [
      {
        label: 'Time',
        value: (_plot: uPlot, time: number | null) =>
          time === null ? '–' : timeLabels([time], 0.001)[0]!.split('\n').reverse().join(' '),
      },
      ...props.lines.map((line, index) => ({
        label: line.label,
        stroke: strokes[index]!,
        ...(stacked && index === 0 ? { fill: area(0) } : {}),
        width: 1.4,
        spanGaps: false,
        points: { show: false },
        value: (plot: uPlot, value: number | null, _series: number, at: number | null) => {
          if (value === null) return '–';
          const below = stacked && index > 0 && at !== null ? (plot.data[index]![at] ?? 0) : 0;
          return (format ?? formatNumber)(value - below);
        },
      })),
    ],
    bands: stacked
      ? strokes.slice(1).map((_, index) => ({ series: [index + 2, index + 1], fill: area(index + 1) }))
      : [],
    hooks: {
      draw: [
        (plot) => {
          for (const mark of marks) drawMark(plot, mark.time, colour('--warn'));
        },
      ],
    },
  };
}

function drawMark(plot: uPlot, time: number, colour: string): void {
  const x = plot.valToPos(time, 'x', true);
  const { left, top, width, height } = plot.bbox;
  if (x < left || x > left + width) return;
  plot.ctx.save();
  plot.ctx.strokeStyle = colour;
  plot.ctx.setLineDash([4, 4]);
  plot.ctx.beginPath();
  plot.ctx.moveTo(x, top);
  plot.ctx.lineTo(x, top + height);
  plot.ctx.stroke();
  plot.ctx.restore();
}
