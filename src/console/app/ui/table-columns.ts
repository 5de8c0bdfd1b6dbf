/** What a table is made of, and which of its columns the user wants. */
import type { ComponentChildren } from 'preact';
import { changeSettings, settings } from '../data/settings.js';

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

export interface TableProps<T> {
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

/** Settings hold the columns whose showing differs from their default. */
export function isShown<T>(table: string, column: Column<T>): boolean {
  const differs = settings.value.hiddenColumns.includes(`${table}.${column.key}`);
  return column.extra ? differs : !differs;
}

export function toggleColumn<T>(table: string, column: Column<T>): void {
  const name = `${table}.${column.key}`;
  const { hiddenColumns } = settings.value;
  changeSettings({
    hiddenColumns: hiddenColumns.includes(name)
      ? hiddenColumns.filter((entry) => entry !== name)
      : [...hiddenColumns, name],
  });
}
