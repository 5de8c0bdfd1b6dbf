/**
 * Tables of live records: rows are known by their key, never by their place; the order rests while the user is in the
 * table; long tables draw only the rows in view.
 */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { currentDensity } from '../data/settings.js';
import { Icon } from './icons.jsx';
import { type Column, isShown, type TableProps } from './table-columns.js';
import { type Order, useOrder } from './table-order.js';
import { TableTools } from './table-tools.jsx';

export type { Column } from './table-columns.js';

const ROW_HEIGHT = { compact: 30, comfortable: 38 };
const VIRTUAL_ABOVE = 200;

export function DataTable<T>(props: TableProps<T>): JSX.Element {
  const { id, rowKey, selected = null, onSelect, onOpen } = props;
  const columns = props.columns.filter((column) => isShown(props, column));
  const order = useOrder(props);
  const body = useRef<HTMLDivElement>(null);
  const [viewport, setViewport] = useState({ top: 0, height: 800 });
  const rowHeight = ROW_HEIGHT[currentDensity()];
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
