/** Preferences of this browser. */
import { effect, signal } from '@preact/signals';
import { queryValue, setQuery } from './navigation.js';

export interface Settings {
  readonly theme: 'system' | 'dark' | 'light';
  readonly density: 'compact' | 'comfortable';
  readonly railCollapsed: boolean | null;
  readonly singleKeys: boolean;
  /** Fewer frames per second and a steadier colour range. */
  readonly calm: boolean;
  readonly colormap: string;
  readonly overlays: readonly string[];
  /** By name of the instance; the others begin with those that were chosen last. */
  readonly overlaysOf: Readonly<Record<string, readonly string[]>>;
  /** Marks of the user by name of the instance, as the address has them. */
  readonly ownOverlays: Readonly<Record<string, string>>;
  readonly hiddenColumns: readonly string[];
  /** Differences of configurations: new below old instead of beside it. */
  readonly inlineChanges: boolean;
  readonly wall: readonly string[];
}

const DEFAULTS: Settings = {
  theme: 'system',
  density: 'compact',
  railCollapsed: null,
  singleKeys: true,
  calm: false,
  colormap: 'viridis',
  overlays: ['profiles', 'fit', 'good-region'],
  overlaysOf: {},
  ownOverlays: {},
  hiddenColumns: [],
  inlineChanges: false,
  wall: [],
};

const KEY = 'camserver.settings';

function read(): Settings {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>) };
  } catch {
    return DEFAULTS;
  }
}

export const settings = signal<Settings>(read());

export function changeSettings(changes: Partial<Settings>): void {
  settings.value = { ...settings.value, ...changes };
}

const systemDark = window.matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(systemDark.matches);
systemDark.addEventListener('change', (event) => {
  systemIsDark.value = event.matches;
});

export function currentTheme(): 'dark' | 'light' {
  const { theme } = settings.value;
  return theme === 'system' ? (systemIsDark.value ? 'dark' : 'light') : theme;
}

/** The address may tell another one than the preference. */
export function currentDensity(): Settings['density'] {
  const { density } = settings.value;
  const wanted = queryValue('density');
  return wanted === 'compact' || wanted === 'comfortable' ? wanted : density;
}

export function changeDensity(density: Settings['density']): void {
  changeSettings({ density });
  setQuery({ density });
}

effect(() => {
  document.documentElement.dataset.theme = currentTheme();
  document.documentElement.dataset.density = currentDensity();
});
effect(() => {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings.value));
  } catch {
    // a full or forbidden store only means that the preference is lost with the page
  }
});
