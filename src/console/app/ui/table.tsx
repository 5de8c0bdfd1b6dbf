/**
 * Tables of live records: rows are known by their key, never by their place; the order rests while the user is in the
 * table; long tables draw only the rows in view.
 */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { csvLine } from '../core/format.js';
import { queryValue, setQuery } from '../data/navigation.js';
import { changeSettings, settings } from '../data/settings.js';
import { Button, copyText } from './basics.jsx';
import { Icon } from './icons.jsx';

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  readonly numeric?: boolean;
  readonly render: (row: T) => ComponentChildren;
  /** What the column is sorted by and copied as; absent: not sortable. */
  readonly value?: (row: T) => string | number | boolean | null;
  /** The exact value. */
  readonly tooltip?: (row: T) => string | undefined;
  /** CSS width. */
  readonly width?: string;
  readonly optional?: boolean;
  /** Hidden unless the user asks for it. */
  readonly extra?: boolean;
}

interface TableProps<T> {
  readonly id: string;
  readonly caption: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly rowKey: (row: T) => string;
  readonly selected?: string | null;
  readonly onSelect?: (key: string | null) => void;
  readonly onOpen?: (row: T) => void;
  readonly rowClass?: (row: T) => string;
  /** Query parameters that keep the order; absent: the order is not kept in the address. */
  readonly sortParameters?: readonly [sort: string, direction: string];
  readonly defaultSort?: string;
  readonly tools?: boolean;
  readonly checked?: ReadonlySet<string>;
  readonly onCheck?: (keys: ReadonlySet<string>) => void;
}

const ROW_HEIGHT = { compact: 30, comfortable: 38 };
const VIRTUAL_ABOVE = 200;

export function DataTable<T>(props: TableProps<T>): JSX.Element {
  const { id, rows, rowKey, selected = null, onSelect, onOpen } = props;
  const columns = props.columns.filter((column) => isShown(id, column));
  const order = useOrder(props);
  const body = useRef<HTMLDivElement>(null);
  const [viewport, setViewport] = useState({ top: 0, height: 800 });
  const rowHeight = ROW_HEIGHT[settings.value.density];
  const visible =
    order.rows.length > VIRTUAL_ABOVE ? slice(order.rows, viewport, rowHeight) : whole(order.rows);

  const move = (step: number): void => {
    const at = order.rows.findIndex((row) => rowKey(row) === selected);
    const next = order.rows[Math.min(order.rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
    if (next === undefined) return;
    onSelect?.(rowKey(next));
    const element = body.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(rowKey(next))}"]`);
    element?.focus({ preventScroll: false });
  };
  const keys = (event: KeyboardEvent): void => {
    if (!(event.target instanceof HTMLTableRowElement)) return;
    const row = order.rows.find((entry) => rowKey(entry) === (event.target as HTMLElement).dataset.key);
    if (row === undefined) return;
    if (event.key === 'ArrowDown' || event.key === 'j') move(1);
    else if (event.key === 'ArrowUp' || event.key === 'k') move(-1);
    else if (event.key === 'Enter') onOpen?.(row);
    else if (event.key === ' ') onSelect?.(selected === rowKey(row) ? null : rowKey(row));
    else if (event.key === 'x' && props.onCheck) props.onCheck(toggled(props.checked, rowKey(row)));
    else if (event.key === '.')
      (event.target as HTMLElement).querySelector<HTMLElement>('.menu button')?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const focusable = order.rows.some((row) => rowKey(row) === selected)
    ? selected
    : firstKey(order.rows, rowKey);

  return (
    <div class="table-frame">
      {props.tools && <TableTools {...props} order={order} />}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the pointer only makes the order rest */}
      <div
        class="table-scroll"
        ref={body}
        onScroll={(event) => {
          const { scrollTop, clientHeight } = event.currentTarget;
          setViewport({ top: scrollTop, height: clientHeight });
        }}
        onPointerEnter={() => order.rest(true)}
        onPointerLeave={() => order.rest(false)}
        onFocusIn={() => order.rest(true)}
        onFocusOut={() => order.rest(false)}
        onKeyDown={keys}
      >
        <table data-testid={id} aria-rowcount={order.rows.length}>
          <caption class="visually-hidden">{props.caption}</caption>
          <thead>
            <tr>
              {props.onCheck && (
                <th scope="col" class="check-cell">
                  <span class="visually-hidden">Choose</span>
                </th>
              )}
              {columns.map((column) => (
                <HeadCell key={column.key} column={column} order={order} />
              ))}
            </tr>
          </thead>
          <tbody>
            {visible.before > 0 && <Spacer height={visible.before} columns={columns.length} />}
            {visible.rows.map((row) => {
              const key = rowKey(row);
              return (
                <tr
                  key={key}
                  data-key={key}
                  data-testid={`${id}-row-${key.slice(key.lastIndexOf('/') + 1)}`}
                  class={props.rowClass?.(row)}
                  aria-selected={onSelect ? key === selected : undefined}
                  tabIndex={onSelect ? (key === focusable ? 0 : -1) : undefined}
                  onClick={(event) => {
                    if ((event.target as HTMLElement).closest('a,button,input,[role=menu]')) return;
                    onSelect?.(key);
                  }}
                  onDblClick={() => onOpen?.(row)}
                >
                  {props.onCheck && (
                    <td class="check-cell">
                      <input
                        type="checkbox"
                        aria-label={`Choose ${key}`}
                        checked={props.checked?.has(key) ?? false}
                        onChange={() => props.onCheck?.(toggled(props.checked, key))}
                      />
                    </td>
                  )}
                  {columns.map((column, index) => (
                    <Cell key={column.key} column={column} row={row} heads={index === 0} />
                  ))}
                </tr>
              );
            })}
            {visible.after > 0 && <Spacer height={visible.after} columns={columns.length} />}
          </tbody>
        </table>
      </div>
      {rows.length === 0 && null}
    </div>
  );
}

function Cell<T>({ column, row, heads }: { column: Column<T>; row: T; heads: boolean }): JSX.Element {
  const content = column.render(row);
  const title = column.tooltip?.(row);
  const shared = { class: column.numeric ? 'numeric' : undefined, title, 'data-column': column.key };
  return heads ? (
    <th scope="row" {...shared}>
      {content}
    </th>
  ) : (
    <td {...shared}>{content}</td>
  );
}

function Spacer({ height, columns }: { height: number; columns: number }): JSX.Element {
  return (
    <tr class="spacer-row">
      <td colSpan={columns + 1} style={{ height: `${height}px` }} />
    </tr>
  );
}

interface Order<T> {
  readonly rows: readonly T[];
  readonly sort: string;
  readonly descending: boolean;
  readonly outdated: boolean;
  readonly rest: (resting: boolean) => void;
  readonly resort: () => void;
  readonly sortBy: (key: string) => void;
}

/** Sorted rows whose order rests while the pointer or the focus is inside; new rows are added at the end meanwhile. */
function useOrder<T>(props: TableProps<T>): Order<T> {
  const { rows, columns, rowKey, sortParameters, defaultSort = columns[0]?.key ?? '' } = props;
  const [local, setLocal] = useState({ sort: defaultSort, descending: false });
  const sort =
    (sortParameters && queryValue(sortParameters[0])) || (sortParameters ? defaultSort : local.sort);
  const descending = sortParameters ? queryValue(sortParameters[1]) === 'desc' : local.descending;
  const resting = useRef(false);
  const kept = useRef<{ keys: readonly string[]; order: string }>({ keys: [], order: '' });
  const [, redraw] = useState(0);

  const sorted = useMemo(() => {
    const value = columns.find((column) => column.key === sort)?.value;
    if (value === undefined) return [...rows];
    const direction = descending ? -1 : 1;
    return [...rows].sort((a, b) => direction * compare(value(a), value(b)) || compare(rowKey(a), rowKey(b)));
  }, [rows, sort, descending, columns, rowKey]);

  const keys = sorted.map(rowKey);
  const orderName = `${sort} ${descending}`;
  const isResting = resting.current && kept.current.order === orderName;
  if (!isResting) {
    kept.current = { keys, order: orderName };
    return { rows: sorted, sort, descending, outdated: false, rest, resort, sortBy };
  }
  const byKey = new Map(sorted.map((row) => [rowKey(row), row]));
  const known = kept.current.keys.filter((key) => byKey.has(key));
  const knownSet = new Set(known);
  const all = [...known, ...keys.filter((key) => !knownSet.has(key))];
  kept.current = { keys: all, order: orderName };
  const outdated = all.some((key, index) => key !== keys[index]);
  return { rows: all.map((key) => byKey.get(key)!), sort, descending, outdated, rest, resort, sortBy };

  function rest(value: boolean): void {
    resting.current = value;
  }
  function resort(): void {
    kept.current = { keys: [], order: '' };
    redraw((count) => count + 1);
  }
  function sortBy(key: string): void {
    const down = key === sort ? !descending : false;
    kept.current = { keys: [], order: '' };
    if (sortParameters) setQuery({ [sortParameters[0]]: key, [sortParameters[1]]: down ? 'desc' : null });
    else setLocal({ sort: key, descending: down });
  }
}

function compare(a: string | number | boolean | null, b: string | number | boolean | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === 'string' && typeof b === 'string') return a.localeCompare(b, 'en', { numeric: true });
  return Number(a) - Number(b);
}

function HeadCell<T>({ column, order }: { column: Column<T>; order: Order<T> }): JSX.Element {
  const active = order.sort === column.key;
  const style = column.width === undefined ? undefined : { width: column.width };
  const direction = order.descending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      class={column.numeric ? 'numeric' : undefined}
      style={style}
      data-column={column.key}
      aria-sort={active && column.value ? direction : undefined}
    >
      {column.value === undefined ? (
        column.title || <span class="visually-hidden">Actions</span>
      ) : (
        <button type="button" class="sort" onClick={() => order.sortBy(column.key)}>
          {column.title}
          {active && <Icon name={order.descending ? 'down' : 'up'} />}
        </button>
      )}
    </th>
  );
}

function TableTools<T>(props: TableProps<T> & { order: Order<T> }): JSX.Element {
  const { id, columns, order } = props;
  const [choosing, setChoosing] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!choosing) return;
    const away = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setChoosing(false);
    };
    document.addEventListener('pointerdown', away);
    return () => document.removeEventListener('pointerdown', away);
  }, [choosing]);
  const copy = (): void => {
    const shown = columns.filter((column) => column.value !== undefined && isShown(id, column));
    const lines = order.rows.map((row) => csvLine(shown.map((column) => column.value!(row))));
    void copyText(
      [csvLine(shown.map((column) => column.title)), ...lines].join('\n'),
      `${order.rows.length} rows`,
    );
  };
  return (
    <div class="table-tools" ref={root}>
      {order.outdated && (
        <Button kind="quiet" icon="refresh" onClick={order.resort}>
          Re-sort
        </Button>
      )}
      <Button
        kind="quiet"
        icon="columns"
        label="Choose columns"
        expanded={choosing}
        onClick={() => setChoosing(!choosing)}
      />
      <Button kind="quiet" icon="copy" label="Copy the table as CSV" onClick={copy} />
      {choosing && (
        <fieldset class="column-chooser">
          <legend>Columns</legend>
          {columns
            .filter((column) => column.optional || column.extra)
            .map((column) => (
              <label key={column.key}>
                <input
                  type="checkbox"
                  checked={isShown(id, column)}
                  onChange={() => toggleColumn(id, column)}
                />
                {column.title}
              </label>
            ))}
        </fieldset>
      )}
    </div>
  );
}

/** Settings hold the columns whose showing differs from their default. */
function isShown<T>(table: string, column: Column<T>): boolean {
  const differs = settings.value.hiddenColumns.includes(`${table}.${column.key}`);
  return column.extra ? differs : !differs;
}

function toggleColumn<T>(table: string, column: Column<T>): void {
  const name = `${table}.${column.key}`;
  const { hiddenColumns } = settings.value;
  changeSettings({
    hiddenColumns: hiddenColumns.includes(name)
      ? hiddenColumns.filter((entry) => entry !== name)
      : [...hiddenColumns, name],
  });
}

function slice<T>(
  rows: readonly T[],
  { top, height }: { top: number; height: number },
  rowHeight: number,
): { rows: readonly T[]; before: number; after: number } {
  const first = Math.max(0, Math.floor(top / rowHeight) - 10);
  const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + 10);
  return {
    rows: rows.slice(first, last),
    before: first * rowHeight,
    after: (rows.length - last) * rowHeight,
  };
}

function whole<T>(rows: readonly T[]): { rows: readonly T[]; before: number; after: number } {
  return { rows, before: 0, after: 0 };
}

function toggled(keys: ReadonlySet<string> | undefined, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}

function firstKey<T>(rows: readonly T[], rowKey: (row: T) => string): string | null {
  return rows[0] === undefined ? null : rowKey(rows[0]);
}
