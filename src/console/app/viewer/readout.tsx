/** The line below the picture: place, pixel and exact value under the pointer. */
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { viewPath } from '../../live-protocol.js';
import { formatNumber, MISSING } from '../core/format.js';
import { planeValue } from '../core/live-frame.js';
import { callJson } from '../data/api.js';
import type { Pointer } from './stage-pointer.js';
import type { ViewerModel } from './viewer-model.js';

const REST = 120;

export function Readout({
  model,
  pointer,
}: {
  model: ViewerModel;
  pointer: Signal<Pointer | null>;
}): JSX.Element {
  const frame = model.told.value;
  const at = pointer.value;
  const image = frame?.header.image ?? null;
  const column = at === null ? null : Math.floor(at.x);
  const row = at === null ? null : Math.floor(at.y);
  const near = frame === null || at === null ? null : planeValue(frame, at.x, at.y);
  const exact = useExactValue(model, column, row, near?.exact === true || frame?.averaged !== undefined);
  const value = near?.exact === true ? near.value : (exact ?? near?.value ?? null);
  const isExact = near?.exact === true || exact !== null;
  const { x_axis: unitX, y_axis: unitY } = axes(model, column, row);
  return (
    <p
      class="readout"
      data-testid="viewer-readout"
      data-x={column}
      data-y={row}
      data-value={isExact ? value : undefined}
    >
      <span>
        x <b data-testid="readout-x">{formatNumber(unitX)}</b>{' '}
        <span class="muted">({column ?? MISSING} px)</span>
      </span>
      <span>
        y <b data-testid="readout-y">{formatNumber(unitY)}</b>{' '}
        <span class="muted">({row ?? MISSING} px)</span>
      </span>
      <span>
        value{' '}
        <b data-testid="readout-value">
          {value === null ? MISSING : `${isExact ? '' : '≈ '}${formatNumber(value)}`}
        </b>
      </span>
      <span class="spacer" />
      {image !== null && (
        <span class="muted">
          {image.width} × {image.height} {image.type}
          {image.factor > 1 ? `, shown 1 : ${image.factor}` : ''}
        </span>
      )}
    </p>
  );
}

function axes(
  model: ViewerModel,
  column: number | null,
  row: number | null,
): { x_axis: number | null; y_axis: number | null } {
  const arrays = model.told.value?.arrays;
  return {
    x_axis: column === null ? null : (arrays?.get('x_axis')?.[column] ?? null),
    y_axis: row === null ? null : (arrays?.get('y_axis')?.[row] ?? null),
  };
}

/** Asked for when the plane was reduced and the pointer rests on a picture that the server still has. */
function useExactValue(
  model: ViewerModel,
  x: number | null,
  y: number | null,
  known: boolean,
): number | null {
  const [value, setValue] = useState<{ key: string; value: number } | null>(null);
  const { cluster, instance } = model.options;
  const pulseId = model.told.value?.header.pulse_id ?? null;
  const key = `${pulseId} ${x} ${y}`;
  useEffect(() => {
    if (x === null || y === null || pulseId === null || known) return;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      const path = `${viewPath(cluster, instance)}/pixel?pulse_id=${pulseId}&x=${x}&y=${y}`;
      callJson(cluster, path, { signal: controller.signal })
        .then((answer) => typeof answer.value === 'number' && setValue({ key, value: answer.value }))
        .catch(() => undefined);
    }, REST);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [cluster, instance, key, known]);
  return value?.key === key ? value.value : null;
}
