import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { csvLine } from '../core/format.js';
import { changeDensity, currentDensity } from '../data/settings.js';
import { Button, copyText } from './basics.jsx';
import { isShown, type TableProps, toggleColumn } from './table-columns.js';
import type { Order } from './table-order.js';

/** Sorting again, choosing columns, copying as CSV. */
export function TableTools<T>(props: TableProps<T> & { order: Order<T> }): JSX.Element {
  const { columns, order } = props;
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
    const shown = columns.filter((column) => column.value !== undefined && isShown(props, column));
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
                  checked={isShown(props, column)}
                  onChange={() => toggleColumn(props, column)}
                />
                {column.title}
              </label>
            ))}
          <label>
            <input
              type="checkbox"
              checked={currentDensity() === 'compact'}
              onChange={() => changeDensity(currentDensity() === 'compact' ? 'comfortable' : 'compact')}
            />
            low rows
          </label>
        </fieldset>
      )}
    </div>
  );
}
