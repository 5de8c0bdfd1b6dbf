/** What a table is made of, and which of its columns the user wants. */
import type { ComponentChildren } from 'preact';
import { queryValue, setQuery } from '../data/navigation.js';
import { changeSettings, settings } from '../data/settings.js';

/** Query parameter with the keys of the columns that are shown, of those that can be hidden. */
const COLUMNS = 'cols';
const NO_COLUMN = 'none';

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

type Table<T> = Pick<TableProps<T>, 'id' | 'columns' | 'sortParameters'>;

/** The address tells which columns there are, where the table keeps its order there; else what was chosen last. */
export function isShown<T>({ id, sortParameters }: Table<T>, column: Column<T>): boolean {
  if (!column.optional && !column.extra) return true;
  const wanted = sortParameters === undefined ? '' : queryValue(COLUMNS);
  if (wanted !== '') return wanted.split(',').includes(column.key);
  const differs = settings.value.hiddenColumns.includes(`${id}.${column.key}`);
  return column.extra ? differs : !differs;
}

export function toggleColumn<T>(table: Table<T>, toggled: Column<T>): void {
  const { id, columns, sortParameters } = table;
  const choice = columns.filter((column) => column.optional || column.extra);
  const shown = choice.filter((column) => isShown(table, column) !== (column === toggled));
  const differing = choice.filter((column) => shown.includes(column) === (column.extra === true));
  const others = settings.value.hiddenColumns.filter((name) => !name.startsWith(`${id}.`));
  // settings hold the columns whose showing differs from their default
  changeSettings({ hiddenColumns: [...others, ...differing.map(({ key }) => `${id}.${key}`)] });
  const keys = shown.map(({ key }) => key).join(',');
  if (sortParameters !== undefined) setQuery({ [COLUMNS]: keys === '' ? NO_COLUMN : keys });
}
