import type { JSX } from 'preact';
import { formatTime } from '../core/format.js';
import { queryValue, setQuery } from '../data/navigation.js';
import { Button } from '../ui/basics.jsx';
import { Icon } from '../ui/icons.jsx';

/** Each with the levels of the servers that it stands for. */
const LEVELS: Readonly<Record<string, readonly string[]>> = {
  ERROR: ['ERROR', 'CRITICAL'],
  WARNING: ['WARNING'],
  INFO: ['INFO'],
  DEBUG: ['DEBUG'],
};
const NAMES = Object.keys(LEVELS);
const PERIODS = ['', '-15m', '-1h', '-24h'];
const LIMIT = 1000;

export interface LogFilter {
  readonly cluster: string;
  readonly scope: string;
  readonly server: string;
  readonly instance: string;
  /** Those that are shown; all of them: no filter. */
  readonly levels: readonly string[];
  readonly q: string;
  readonly regex: boolean;
  readonly from: string;
  /** ISO time. */
  readonly to: string;
}

/** What the address says of records, wherever they come from. */
export function filterFromAddress(): Omit<LogFilter, 'cluster' | 'scope' | 'server' | 'instance'> {
  const chosen = queryValue('level').split(',');
  const levels = NAMES.filter((name) => chosen.includes(name));
  return {
    levels: levels.length === 0 ? NAMES : levels,
    q: queryValue('q'),
    regex: queryValue('regex') === '1',
    from: queryValue('from'),
    to: queryValue('to'),
  };
}

/** As the server reads it. */
export function logQuery(filter: LogFilter): string {
  const query = new URLSearchParams({ limit: String(LIMIT), scope: filter.scope || 'all' });
  if (filter.cluster !== '') query.set('cluster', filter.cluster);
  if (filter.server !== '') query.set('worker', filter.server);
  if (filter.instance !== '') query.set('instance', filter.instance);
  if (filter.levels.length < NAMES.length) {
    query.set('levels', filter.levels.flatMap((name) => LEVELS[name]!).join(','));
  }
  if (filter.q !== '') query.set('q', filter.q);
  if (filter.regex) query.set('regex', 'true');
  if (filter.from !== '') query.set('from', filter.from);
  if (filter.to !== '') query.set('to', filter.to);
  return query.toString();
}

/** Level, text, time and whether to follow; all of it is in the address. */
export function LogFilters({ filter, follow }: { filter: LogFilter; follow: boolean }): JSX.Element {
  return (
    <div class="filters records">
      <Levels shown={filter.levels} />
      <label class="search-field">
        <Icon name="search" />
        <input
          type="search"
          data-search
          data-testid="logs-text"
          aria-label="Text"
          placeholder={filter.regex ? 'Regular expression' : 'Text'}
          value={filter.q}
          onInput={(event) => setQuery({ q: event.currentTarget.value })}
        />
      </label>
      <Button
        kind="quiet"
        pressed={filter.regex}
        label="Regular expression"
        onClick={() => setQuery({ regex: filter.regex ? null : '1' })}
      >
        .*
      </Button>
      <label>
        <span class="visually-hidden">Since</span>
        <select value={filter.from} onChange={(event) => setQuery({ from: event.currentTarget.value })}>
          {!PERIODS.includes(filter.from) && <option value={filter.from}>{filter.from}</option>}
          <option value="">since ever</option>
          <option value="-15m">15 min</option>
          <option value="-1h">1 h</option>
          <option value="-24h">24 h</option>
        </select>
      </label>
      <label class="row">
        until
        <input
          type="datetime-local"
          step={1}
          value={localTime(filter.to)}
          data-testid="logs-to"
          onChange={(event) => setQuery({ to: isoTime(event.currentTarget.value), record: null })}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={follow}
          data-testid="logs-follow"
          onChange={() => setQuery({ follow: follow ? '0' : null })}
        />
        Follow
      </label>
    </div>
  );
}

function Levels({ shown }: { shown: readonly string[] }): JSX.Element {
  const toggle = (name: string): void => {
    const next = NAMES.filter((entry) => (entry === name) !== shown.includes(entry));
    setQuery({ level: next.length === NAMES.length ? null : next.join(',') });
  };
  return (
    <fieldset class="levels">
      <legend class="visually-hidden">Levels</legend>
      {NAMES.map((name) => {
        const isLast = shown.length === 1 && shown.includes(name);
        return (
          <label key={name} class="check" title={isLast ? 'One level stays' : undefined}>
            <input
              type="checkbox"
              checked={shown.includes(name)}
              disabled={isLast}
              data-testid={`logs-level-${name}`}
              onChange={() => toggle(name)}
            />
            {name[0]}
            {name.slice(1).toLowerCase()}
          </label>
        );
      })}
    </fieldset>
  );
}

/** `2026-11-25T13:02:11.000Z` → `2026-11-25T14:02:11` where the clock shows that; empty for what is no time. */
function localTime(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? '' : formatTime(time).replace(' ', 'T');
}

function isoTime(local: string): string | null {
  return local === '' ? null : new Date(local).toISOString();
}
