/** The addresses of the console: which screen a path means, with its parameters. */
export type ScreenName =
  | 'overview'
  | 'pipelines'
  | 'cameras'
  | 'instance'
  | 'server'
  | 'configurations'
  | 'configuration'
  | 'placement'
  | 'launch'
  | 'backgrounds'
  | 'background'
  | 'scripts'
  | 'script'
  | 'libraries'
  | 'buffers'
  | 'logs'
  | 'audit'
  | 'wall'
  | 'map'
  | 'users'
  | 'settings'
  | 'help'
  | 'not-found';

export interface ScreenAddress {
  readonly screen: ScreenName;
  readonly parameters: Readonly<Record<string, string>>;
}

/** `{name}` is one segment; a cluster segment must be one of the two; `?` marks an optional last segment. */
const PATTERNS: readonly [pattern: string, screen: ScreenName][] = [
  ['', 'overview'],
  ['overview', 'overview'],
  ['pipelines', 'pipelines'],
  ['cameras', 'cameras'],
  ['i/{cluster}/{instance}/{tab?}', 'instance'],
  ['servers/{cluster}/{worker}', 'server'],
  ['configs/{cluster?}', 'configurations'],
  ['configs/{cluster}/{name}/{tab?}', 'configuration'],
  ['placement/{cluster?}', 'placement'],
  ['launch/{cluster?}', 'launch'],
  ['backgrounds', 'backgrounds'],
  ['backgrounds/{camera}/{id?}', 'background'],
  ['scripts', 'scripts'],
  ['scripts/{name}', 'script'],
  ['libraries', 'libraries'],
  ['buffers/{tab?}', 'buffers'],
  ['logs', 'logs'],
  ['audit', 'audit'],
  ['wall/{layout?}', 'wall'],
  ['map', 'map'],
  ['admin/users', 'users'],
  ['settings', 'settings'],
  ['help', 'help'],
];

export const BASE = '/ui';

/** @param path as the browser has it, percent-encoded, with or without a slash at the end */
export function screenAt(path: string): ScreenAddress {
  const segments = path.replace(BASE, '').split('/').filter(Boolean).map(decode);
  for (const [pattern, screen] of PATTERNS) {
    const parameters = matchPattern(pattern, segments);
    if (parameters !== null) return { screen, parameters };
  }
  return { screen: 'not-found', parameters: {} };
}

function matchPattern(pattern: string, segments: readonly string[]): Record<string, string> | null {
  const parts = pattern === '' ? [] : pattern.split('/');
  if (segments.length > parts.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index];
    const placeholder = /^\{(\w+)(\??)\}$/.exec(part);
    if (placeholder === null) {
      if (segment !== part) return null;
      continue;
    }
    if (segment === undefined) {
      if (placeholder[2] !== '?') return null;
      continue;
    }
    if (placeholder[1] === 'cluster' && segment !== 'pipelines' && segment !== 'cameras') return null;
    parameters[placeholder[1]!] = segment;
  }
  return parameters;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A path of the console; every segment is encoded. */
export function pathTo(...segments: string[]): string {
  return [BASE, ...segments.map(encodeURIComponent)].join('/');
}
