import type { JSX } from 'preact';
import { setQuery } from '../data/navigation.js';
import { Button } from '../ui/basics.jsx';
import { Icon } from '../ui/icons.jsx';

const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const;
const LIMIT = 1000;

export interface LogFilter {
  readonly cluster: string;
  readonly scope: string;
  readonly server: string;
  readonly instance: string;
  readonly level: string;
  readonly q: string;
  readonly regex: boolean;
  readonly from: string;
}

/** As the server reads it. */
export function logQuery(filter: LogFilter): string {
  const query = new URLSearchParams({ limit: String(LIMIT), scope: filter.scope || 'all' });
  if (filter.cluster !== '') query.set('cluster', filter.cluster);
  if (filter.server !== '') query.set('worker', filter.server);
  if (filter.instance !== '') query.set('instance', filter.instance);
  if (filter.level !== '') query.set('level', filter.level);
  if (filter.q !== '') query.set('q', filter.q);
  if (filter.regex) query.set('regex', 'true');
  if (filter.from !== '') query.set('from', filter.from);
  return query.toString();
}

/** Level, text, time and whether to follow; all of it is in the address. */
export function LogFilters({ filter, follow }: { filter: LogFilter; follow: boolean }): JSX.Element {
  return (
    <div class="filters">
      <label>
        <span class="visually-hidden">Level</span>
        <select
          value={filter.level}
          onChange={(event) => setQuery({ level: event.currentTarget.value })}
          data-testid="logs-level"
        >
          <option value="">all levels</option>
          {LEVELS.slice(1).map((level) => (
            <option key={level} value={level}>
              {level.toLowerCase()} and above
            </option>
          ))}
        </select>
      </label>
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
          <option value="">since ever</option>
          <option value="-15m">15 min</option>
          <option value="-1h">1 h</option>
          <option value="-24h">24 h</option>
        </select>
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
