/** Log records of managers, workers and instances in one list. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { formatTime } from '../core/format.js';
import { foldRecords, type LogAnswer, type LogRow, readLogRecords } from '../core/log-records.js';
import { CLUSTERS, type Cluster } from '../core/plant.js';
import { callBlob, callJson, homeCluster, messageOf } from '../data/api.js';
import { queryValue, setQuery } from '../data/navigation.js';
import { plant } from '../data/plant.js';
import { Button, saveFile } from '../ui/basics.jsx';
import { Icon } from '../ui/icons.jsx';
import { Empty, Panel } from '../ui/panel.jsx';
import { Loaded, useResource } from '../ui/resource.jsx';
import { PageHead } from '../ui/shell.jsx';
import { showToast } from '../ui/toasts.jsx';

const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const;
const SCOPES = ['all', 'manager', 'worker', 'instance'] as const;
const PERIOD = 2000;
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

function logQuery(filter: LogFilter): string {
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

function filterFromAddress(): Omit<LogFilter, 'instance' | 'scope' | 'cluster'> {
  return {
    server: queryValue('server'),
    level: queryValue('level'),
    q: queryValue('q'),
    regex: queryValue('regex') === '1',
    from: queryValue('from'),
  };
}

export function LogsScreen(): JSX.Element {
  const filter: LogFilter = {
    ...filterFromAddress(),
    cluster: queryValue('cluster'),
    scope: queryValue('scope') || 'all',
    instance: queryValue('instance'),
  };
  const instances =
    plant.value?.instances.filter((entry) => filter.cluster === '' || entry.cluster === filter.cluster) ?? [];
  const workers =
    plant.value?.workers.filter((entry) => filter.cluster === '' || entry.cluster === filter.cluster) ?? [];
  return (
    <div class="fill-screen">
      <PageHead title="Logs" />
      <div class="filters free">
        <Choice
          label="Cluster"
          name="cluster"
          options={[['', 'both clusters'], ...CLUSTERS.map((cluster) => [cluster, cluster] as const)]}
        />
        <Choice
          label="Scope"
          name="scope"
          options={SCOPES.map((scope) => [scope === 'all' ? '' : scope, scope] as const)}
        />
        <Choice
          label="Worker"
          name="server"
          options={[['', 'all workers'], ...workers.map((worker) => [worker.name, worker.name] as const)]}
        />
        <Choice
          label="Instance"
          name="instance"
          options={[['', 'all instances'], ...instances.map((entry) => [entry.name, entry.name] as const)]}
        />
      </div>
      <LogExplorer filter={filter} />
    </div>
  );
}

function Choice({
  label,
  name,
  options,
}: {
  label: string;
  name: string;
  options: readonly (readonly [value: string, label: string])[];
}): JSX.Element {
  const value = queryValue(name);
  const known = options.some(([entry]) => entry === value);
  return (
    <label>
      <span class="visually-hidden">{label}</span>
      <select
        value={value}
        onChange={(event) => setQuery({ [name]: event.currentTarget.value })}
        data-testid={`logs-${name}`}
      >
        {!known && <option value={value}>{value}</option>}
        {options.map(([entry, text]) => (
          <option key={entry} value={entry}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The log of one instance or of everything, with its filter in the address. */
export function LogExplorer({ filter, ended }: { filter: LogFilter; ended?: boolean }): JSX.Element {
  const follow = queryValue('follow') !== '0';
  const [wrap, setWrap] = useState(true);
  const query = logQuery(filter);
  const cluster: Cluster =
    filter.cluster === 'cameras' || filter.cluster === 'pipelines' ? filter.cluster : homeCluster();
  const logs = useResource(
    `logs ${query}`,
    async (signal) => readLogRecords(await callJson(cluster, `/api/v2/logs?${query}`, { signal })),
    PERIOD,
  );
  const download = async (format: 'text' | 'jsonl'): Promise<void> => {
    try {
      saveFile(
        format === 'text' ? 'log.txt' : 'log.jsonl',
        await callBlob(cluster, `/api/v2/logs?${query}&format=${format}`),
      );
    } catch (error) {
      showToast({ tone: 'bad', text: messageOf(error) });
    }
  };
  return (
    <Panel
      id="logs-panel"
      title="Records"
      state={
        logs.data?.records.length === 0
          ? 'empty'
          : (logs.data?.silent.length ?? 0) > 0
            ? 'partial'
            : logs.state
      }
      note={
        logs.data === null
          ? ''
          : `${logs.data.records.length}${logs.data.hidden > 0 ? `, ${logs.data.hidden} hidden` : ''}`
      }
      class="fill"
      actions={
        <>
          <Button kind="quiet" pressed={wrap} onClick={() => setWrap(!wrap)}>
            Wrap
          </Button>
          <Button kind="quiet" icon="download" onClick={() => void download('text')} testId="logs-download">
            Text
          </Button>
          <Button kind="quiet" icon="download" onClick={() => void download('jsonl')}>
            JSON lines
          </Button>
        </>
      }
    >
      <LogFilters filter={filter} follow={follow} />
      <Loaded resource={logs} lines={10}>
        {(answer) => <Records answer={answer} follow={follow} wrap={wrap} ended={ended === true} />}
      </Loaded>
    </Panel>
  );
}

function LogFilters({ filter, follow }: { filter: LogFilter; follow: boolean }): JSX.Element {
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

interface RecordsProps {
  readonly answer: LogAnswer;
  readonly follow: boolean;
  readonly wrap: boolean;
  readonly ended: boolean;
}

/** Follows the end until somebody scrolls up; then it stands still and counts what came. */
function Records({ answer, follow, wrap, ended }: RecordsProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const seen = useRef(0);
  const rows = foldRecords(answer.records);
  if (atEnd) seen.current = rows.length;
  const fresh = Math.max(0, rows.length - seen.current);
  const last = rows.at(-1)?.key;
  useLayoutEffect(() => {
    if (follow && atEnd && list.current !== null) list.current.scrollTop = list.current.scrollHeight;
  }, [follow, atEnd, last]);
  useEffect(() => {
    if (follow) setAtEnd(true);
  }, [follow]);
  if (rows.length === 0) return <NoRecords hidden={answer.hidden} ended={ended} />;
  const scroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = list.current!;
    setAtEnd(scrollHeight - scrollTop - clientHeight < 8);
  };
  return (
    <>
      {answer.silent.length > 0 && <p class="inline-warning">Without answer: {answer.silent.join('; ')}</p>}
      <div
        class={`log-list ${wrap ? 'wrap' : ''}`}
        ref={list}
        onScroll={scroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        tabIndex={0}
        role="log"
        aria-label="Log records"
        data-testid="logs-list"
      >
        {rows.map((row) => (
          <LogLine key={row.key} row={row} />
        ))}
      </div>
      {follow && !atEnd && (
        <div class="log-more">
          <span data-testid="logs-new">{fresh} new records below</span>
          <Button icon="down" onClick={() => setAtEnd(true)} testId="logs-end">
            Jump to end
          </Button>
        </div>
      )}
    </>
  );
}

function NoRecords({ hidden, ended }: { hidden: number; ended: boolean }): JSX.Element {
  // other instances of the same server are no records that somebody hides
  const isFiltered = ['q', 'level', 'from'].some((name) => queryValue(name) !== '');
  if (hidden > 0 && isFiltered) {
    return (
      <Empty title={`The filter hides ${hidden} records`}>
        <Button onClick={() => setQuery({ q: null, level: null, from: null, regex: null })}>
          Clear filter
        </Button>
      </Empty>
    );
  }
  return <Empty title={ended ? 'No records: the instance has ended' : 'No records'} />;
}

function LogLine({ row }: { row: LogRow }): JSX.Element {
  const [open, setOpen] = useState(false);
  const [first = ''] = row.message.split('\n');
  const place = row.instance ?? row.worker ?? 'manager';
  return (
    <div class={`log-row level-${row.level.toLowerCase()}`} data-testid="logs-row">
      <time dateTime={row.time} title={row.time}>
        {shortTime(row.time)}
      </time>
      <b class="level" title={row.level}>
        {row.level[0]}
        <span class="visually-hidden">{row.level.slice(1).toLowerCase()}</span>
      </b>
      <span class="place" title={`${row.cluster} ${row.scope} ${row.worker ?? ''} ${row.logger}`}>
        {place}
      </span>
      <span class="text">
        {first}
        {row.more.length > 0 && (
          <button type="button" class="expander" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon name={open ? 'down' : 'chevron'} /> {row.more.length} lines
          </button>
        )}
        {open && <pre>{row.more.join('\n')}</pre>}
      </span>
      {row.repeats > 1 && <span class="repeats">×{row.repeats}</span>}
    </div>
  );
}

/** Without the date for today; the whole is in the tooltip. */
function shortTime(time: string): string {
  const [date = '', rest = ''] = time.split('T');
  const clock = rest.replace(/(?:Z|[+-]\d\d:?\d\d)$/, '');
  return date === formatTime(Date.now()).slice(0, 10) ? clock : `${date} ${clock}`;
}
