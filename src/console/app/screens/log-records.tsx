import type { JSX, TargetedKeyboardEvent } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { formatTime } from '../core/format.js';
import { foldRecords, isMarked, type LogAnswer, type LogRow, linkQuery } from '../core/log-records.js';
import { pathTo } from '../core/screens.js';
import { queryValue, setQuery } from '../data/navigation.js';
import { Button, Link } from '../ui/basics.jsx';
import { Icon } from '../ui/icons.jsx';
import { Empty } from '../ui/panel.jsx';

interface RecordsProps {
  readonly answer: LogAnswer;
  readonly follow: boolean;
  readonly wrap: boolean;
  readonly ended: boolean;
}

/** Follows the end until somebody scrolls up; then it stands still and counts what came. */
export function Records({ answer, follow, wrap, ended }: RecordsProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const seen = useRef(0);
  const rows = foldRecords(answer.records);
  if (atEnd) seen.current = rows.length;
  const fresh = Math.max(0, rows.length - seen.current);
  const last = rows.at(-1)?.key;
  const mark = queryValue('record');
  const marked = mark === '' ? undefined : rows.find((row) => isMarked(row, mark))?.key;
  useLayoutEffect(() => {
    if (marked !== undefined) list.current?.querySelector('.marked')?.scrollIntoView({ block: 'center' });
  }, [marked]);
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
      {mark !== '' && marked === undefined && (
        <p class="inline-warning" data-testid="logs-gone">
          The record of this link is not kept any more, or the filter hides it.
        </p>
      )}
      <div
        class={`log-list ${wrap ? 'wrap' : ''}`}
        ref={list}
        onScroll={scroll}
        onKeyDown={moveAlong}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        tabIndex={0}
        role="log"
        aria-label="Log records"
        data-testid="logs-list"
      >
        {rows.map((row) => (
          <LogLine key={row.key} row={row} marked={row.key === marked} />
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
  const isFiltered = ['q', 'level', 'from', 'to'].some((name) => queryValue(name) !== '');
  if (hidden > 0 && isFiltered) {
    return (
      <Empty title={`The filter hides ${hidden} records`}>
        <Button
          onClick={() => setQuery({ q: null, level: null, from: null, to: null, regex: null, record: null })}
        >
          Clear filter
        </Button>
      </Empty>
    );
  }
  return <Empty title={ended ? 'No records: the instance has ended' : 'No records'} />;
}

/** A thousand links are one stop of Tab: Enter goes to the newest, the arrows from one to the next. */
function moveAlong(event: TargetedKeyboardEvent<HTMLDivElement>): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('a.record-link')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
  let next: HTMLElement | undefined;
  if (event.target === event.currentTarget && event.key === 'Enter') next = links.at(-1);
  else if (at >= 0 && step !== 0) next = links[at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

function LogLine({ row, marked }: { row: LogRow; marked: boolean }): JSX.Element {
  const [open, setOpen] = useState(false);
  const [first = ''] = row.message.split('\n');
  const place = row.instance ?? row.worker ?? 'manager';
  return (
    <div
      class={`log-row level-${row.level.toLowerCase()} ${marked ? 'marked' : ''}`}
      data-testid="logs-row"
      aria-current={marked ? 'true' : undefined}
    >
      <Link
        to={`${pathTo('logs')}?${linkQuery(row)}`}
        class="record-link"
        title={`${row.time}: link to this record`}
        tabIndex={-1}
      >
        <time dateTime={row.time}>{shortTime(row.time)}</time>
      </Link>
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
