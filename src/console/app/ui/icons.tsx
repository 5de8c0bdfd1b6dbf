/** Drawn here, so that nothing is loaded: 16 × 16, stroked with the colour of the text. */
import type { ComponentChildren, JSX } from 'preact';
import type { HealthState } from '../core/plant.js';

const SHAPES = {
  overview: 'M2 3h5v5H2zM9 3h5v3H9zM9 8h5v5H9zM2 10h5v3H2z',
  pipelines: 'M1.5 8h3l2-4.5 3 9 2-4.5h3',
  cameras: 'M2 5h3l1.2-2h3.6L11 5h3v8H2zM8 6.5a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8z',
  placement: 'M2 2.5h5v4H2zM9 2.5h5v4H9zM5.5 9.5h5v4h-5zM4.5 6.5v1.5h7V6.5M8 8v1.5',
  configurations: 'M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3M5.5 8h5M5.5 11h5',
  launch: 'M4 2.5 13 8l-9 5.5z',
  backgrounds: 'M2 3h12v10H2zM2 11l3.5-4 2.5 3 2-2 4 4M10.5 6.2h.01',
  scripts: 'M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5M9 3 7 13',
  libraries: 'M2.5 2.5h3v11h-3zM6.5 2.5h3v11h-3zM10.6 3l2.6-.6 2 10.4-2.6.6z',
  buffers:
    'M8 2c3.3 0 6 .9 6 2.2S11.300 6.400 8 6.400 2 5.500 2 4.200 4.700 2 8 2zM2 4.200v7.600C2 13.100 4.700 14 8 14s6-.9 6-2.200V4.200M2 8c0 1.300 2.700 2.200 6 2.200S14 9.300 14 8',
  logs: 'M2 3.500h12M2 6.500h9M2 9.500h12M2 12.500h6',
  audit:
    'M8 1.500 13.500 3.500v4c0 3.600-2.300 6-5.500 7-3.200-1-5.500-3.400-5.500-7v-4zM5.500 8l2 2 3.500-4',
  wall: 'M1.500 2.500h13v9h-13zM8 2.500v9M1.500 7h13M5.500 14h5',
  map: 'M3.500 4.500a1.500 1.500 0 1 0 0-.01zM12.500 4.500a1.500 1.500 0 1 0 0-.01zM8 12.500a1.500 1.500 0 1 0 0-.01zM4.500 5.500 7.500 11M11.500 5.500 8.500 11M5 4h6',
  users:
    'M6 7.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM1.500 13.500c0-2.700 2-4.500 4.500-4.500s4.500 1.800 4.500 4.500M11 7.500a2 2 0 1 0-1-3.800M12 9.300c1.500.5 2.500 2 2.500 4',
  settings:
    'M8 5.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5zM8 1.500v2M8 12.500v2M1.500 8h2M12.500 8h2M3.400 3.400l1.400 1.400M11.200 11.200l1.400 1.400M3.400 12.600l1.400-1.400M11.200 4.800l1.400-1.400',
  help: 'M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM6 6.200c0-1.200.9-2 2-2s2 .8 2 1.900c0 1.400-2 1.600-2 3M8 11.500h.01',
  menu: 'M2 4h12M2 8h12M2 12h12',
  search: 'M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10.500 10.500 14 14',
  clock: 'M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM8 4v4l2.500 2',
  alarm: 'M8 2 15 14H1zM8 6.500v3.500M8 12h.01',
  close: 'M3.500 3.500l9 9M12.500 3.500l-9 9',
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  copy: 'M5.500 5.500h8v8h-8zM2.500 10.500v-8h8',
  pin: 'M5 2h6l-1 5 2.500 2.500h-9L6 7zM8 9.500V14',
  lock: 'M3.500 7h9v7h-9zM5.500 7V5a2.500 2.500 0 0 1 5 0v2',
  up: 'M8 13V3M4 7l4-4 4 4',
  down: 'M8 3v10M4 9l4 4 4-4',
  columns: 'M2 3h12v10H2zM6 3v10M10 3v10',
  refresh: 'M13.500 8a5.500 5.500 0 1 1-1.700-4M13.500 2v3h-3',
  download: 'M8 2v8M4.500 7 8 10.500 11.500 7M2.500 13.500h11',
  upload: 'M8 10.500v-8M4.500 6 8 2.500 11.500 6M2.500 13.500h11',
  octagon:
    'M5.300 1.500h5.400l3.800 3.800v5.400l-3.800 3.800H5.300l-3.800-3.800V5.300zM8 4.500v4.500M8 11.300h.01',
  stop: 'M3.500 3.500h9v9h-9z',
  play: 'M4 2.500 13 8l-9 5.500z',
  pause: 'M5 3v10M11 3v10',
  eye: 'M1 8s2.500-4.500 7-4.500S15 8 15 8s-2.500 4.500-7 4.500S1 8 1 8zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  edit: 'M2.500 13.500v-3l8-8 3 3-8 8zM9 4l3 3',
  plus: 'M8 2.500v11M2.500 8h11',
  trash: 'M2.500 4h11M6 4V2.500h4V4M4 4l.7 9.500h6.600L12 4M6.500 6.500v5M9.500 6.500v5',
  camera: 'M2 5h3l1.200-2h3.600L11 5h3v8H2z',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  link: 'M6.500 9.500l3-3M7 4.500l1.500-1.500a2.800 2.800 0 0 1 4 4L11 8.500M9 11.500 7.500 13a2.800 2.800 0 0 1-4-4L5 7.500',
  info: 'M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM8 7v4.500M8 4.500h.01',
  check: 'M3 8.500 6.500 12 13 4.500',
  second: 'M2 3h12v10H2zM8.500 3v10M4 6h2.500v4H4z',
  measure: 'M1.5 11 11 1.5l3.500 3.500L5 14.500zM4 8.500l1.500 1.500M6.500 6l2 2M9 3.500l1.500 1.500',
  history: 'M2.500 8a5.500 5.500 0 1 0 1.700-4M2.500 2v3h3M8 5v3l2 1.500',
  user: 'M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.500 14c0-3 2.500-4.500 5.500-4.500s5.500 1.500 5.500 4.500',
  chevron: 'M6 3.500 10.500 8 6 12.500',
  filter: 'M2 3h12L9.500 8.500v4.500l-3-1.500v-3z',
  expand: 'M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10',
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name, label }: { name: IconName; label?: string }): JSX.Element {
  const path = <path d={SHAPES[name]} />;
  if (label !== undefined) {
    return (
      <svg class="icon" viewBox="0 0 16 16" role="img" aria-label={label}>
        {path}
      </svg>
    );
  }
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      {path}
    </svg>
  );
}

/** Every state has a shape of its own, so that it is told without colour. */
const STATE_SHAPES: Readonly<Record<HealthState, ComponentChildren>> = {
  running: (
    <>
      <circle cx="8" cy="8" r="6.5" class="fill" />
      <path d="M4.800 8.200 7.200 10.600 11.300 5.800" class="cut" />
    </>
  ),
  starting: <path d="M8 1.800a6.200 6.200 0 1 1-6.200 6.200" class="line turning" />,
  stopping: <path d="M8 1.800a6.200 6.200 0 1 0 6.200 6.200" class="line turning" />,
  no_input: <path d="M1.500 3h13L8 14z" class="fill" />,
  no_output: <path d="M1.500 13h13L8 2z" class="fill" />,
  processing_error: (
    <>
      <path d="M8 .8 15.200 8 8 15.200.8 8z" class="fill" />
      <path d="M8 4.500v4.500M8 11.200v.4" class="cut" />
    </>
  ),
  blocked: <path d="M2 2h12v12H2z" class="fill" />,
  frozen: (
    <>
      <path d="M2 2h12v12H2z" class="line" />
      <path d="M5.500 5v6M8 5v6M10.500 5v6" class="line" />
    </>
  ),
  down: (
    <>
      <circle cx="8" cy="8" r="6.500" class="line" />
      <path d="M5 5l6 6M11 5l-6 6" class="line" />
    </>
  ),
  paused: <path d="M4 2.500h3v11H4zM9 2.500h3v11H9z" class="fill" />,
  unknown: (
    <>
      <circle cx="8" cy="8" r="6.500" class="line dashed" />
      <path
        d="M6.300 6.300c0-1 .7-1.700 1.700-1.700s1.700.7 1.700 1.600c0 1.100-1.700 1.300-1.700 2.500M8 11v.3"
        class="line thin"
      />
    </>
  ),
};

export function StateShape({ state }: { state: HealthState }): JSX.Element {
  return (
    <svg class="state-shape" viewBox="0 0 16 16" aria-hidden="true">
      {STATE_SHAPES[state]}
    </svg>
  );
}
