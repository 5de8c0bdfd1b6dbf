/** Marks of the user: choosing their channels, and drawing them. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type LiveFrame, scalarOf } from '../core/live-frame.js';
import { MOST_OVERLAYS, type OwnOverlay, overlayName } from '../core/own-overlays.js';
import { type Affine, apply, indexOnAxis } from '../core/view-geometry.js';
import { Button } from '../ui/basics.jsx';
import type { ViewerModel } from './viewer-model.js';

/** SVG path of a mark; null while its channels have no value inside of the image. */
export function ownPath(frame: LiveFrame, { x, y }: OwnOverlay, placement: Affine): string | null {
  const { width, height } = frame.header.image!;
  const column = x === null ? null : placeOnAxis(frame, 'x_axis', x);
  const row = y === null ? null : placeOnAxis(frame, 'y_axis', y);
  const line = (from: readonly [number, number], to: readonly [number, number]): string =>
    `M${apply(placement, ...from).join(' ')}L${apply(placement, ...to).join(' ')}`;
  if (x !== null && y !== null) {
    if (column === null || row === null) return null;
    const [left, top] = apply(placement, column, row);
    return `M${left - 10} ${top}h20M${left} ${top - 10}v20`;
  }
  if (column !== null) return line([column, 0], [column, height]);
  return row === null ? null : line([0, row], [width, row]);
}

/** Without axes the values are pixels. */
function placeOnAxis(frame: LiveFrame, axis: 'x_axis' | 'y_axis', channel: string): number | null {
  const value = scalarOf(frame, channel);
  if (value === null) return null;
  const values = frame.arrays.get(axis);
  const index = values === undefined ? value : indexOnAxis(values, value);
  return index === null ? null : index + 0.5;
}

export function OwnOverlays({ model }: { model: ViewerModel }): JSX.Element {
  const [x, setX] = useState('');
  const [y, setY] = useState('');
  const own = model.ownOverlays.value;
  const names = Object.entries(model.told.value?.header.scalars ?? {})
    .filter(([, value]) => typeof value === 'number')
    .map(([name]) => name);
  const problem =
    own.length >= MOST_OVERLAYS
      ? `At most ${MOST_OVERLAYS}.`
      : x === '' && y === ''
        ? 'Choose a channel for x, for y, or for both.'
        : own.some((known) => known.x === (x || null) && known.y === (y || null))
          ? 'That mark is there already.'
          : null;
  return (
    <>
      {own.map((overlay, index) => (
        <span key={overlayName(overlay)} class="row">
          {overlayName(overlay)}
          <Button
            kind="quiet"
            icon="close"
            label={`Remove the mark ${overlayName(overlay)}`}
            onClick={() => model.setOwnOverlays(own.filter((_, place) => place !== index))}
          />
        </span>
      ))}
      <ChannelChoice label="x of a mark" names={names} value={x} onChange={setX} testId="own-overlay-x" />
      <ChannelChoice label="y of a mark" names={names} value={y} onChange={setY} testId="own-overlay-y" />
      <Button
        icon="plus"
        denied={problem}
        onClick={() => model.setOwnOverlays([...own, { x: x || null, y: y || null }])}
        testId="own-overlay-add"
      >
        Add mark
      </Button>
    </>
  );
}

interface ChannelChoiceProps {
  readonly label: string;
  readonly names: readonly string[];
  readonly value: string;
  readonly onChange: (name: string) => void;
  readonly testId: string;
}

function ChannelChoice({ label, names, value, onChange, testId }: ChannelChoiceProps): JSX.Element {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data-testid={testId}
    >
      <option value="">{label}: none</option>
      {names.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}
