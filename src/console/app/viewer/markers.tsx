/** Measuring on the picture: two marks with the line between them, and how long it is. */
import type { JSX } from 'preact';
import { formatNumber } from '../core/format.js';
import { type Distance, distanceBetween, type Marker } from '../core/markers.js';
import { type Affine, apply } from '../core/view-geometry.js';
import { Button } from '../ui/basics.jsx';
import { crossPath, Haloed } from './shapes.jsx';
import type { ViewerModel } from './viewer-model.js';

const ARM = 9;

export function Markers({
  markers,
  placement,
}: {
  markers: readonly Marker[];
  placement: Affine;
}): JSX.Element {
  const places = markers.map(([x, y]) => apply(placement, x + 0.5, y + 0.5));
  return (
    <g>
      {places.length === 2 && (
        <Haloed
          d={`M${places[0]!.join(' ')}L${places[1]!.join(' ')}`}
          kind="measure"
          testId="overlay-distance"
        />
      )}
      {places.map(([x, y], index) => (
        <g key={`mark ${index + 1}`}>
          <Haloed d={crossPath(x, y, ARM)} kind="marker" testId="overlay-marker" />
          <text class="mark-number" x={x + 5} y={y - 5}>
            {index + 1}
          </text>
        </g>
      ))}
    </g>
  );
}

/** The line below the picture while marks are set. */
export function MarkerLine({ model }: { model: ViewerModel }): JSX.Element | null {
  if (!model.isMeasuring.value) return null;
  const markers = model.markers.value;
  const distance = distanceBetween(markers, model.told.value);
  return (
    <p
      class="readout"
      data-testid="viewer-distance"
      data-pixels={distance?.pixels.length}
      data-length={distance?.onAxes?.length}
    >
      {distance === null ? (
        <span>
          {markers.length === 0
            ? 'Click two places to measure from one to the other'
            : 'Click the other place'}
          <span class="muted"> – or press p, move with the arrows, Enter sets a mark.</span>
        </span>
      ) : (
        <>
          <Length name="1 → 2" unit="px" distance={distance.pixels} />
          {distance.onAxes !== null && <Length name="on the axes" unit="" distance={distance.onAxes} />}
        </>
      )}
      <span class="spacer" />
      <Button kind="quiet" icon="close" onClick={() => model.toggleMeasuring()} testId="viewer-measure-end">
        End measuring
      </Button>
    </p>
  );
}

function Length({ name, unit, distance }: { name: string; unit: string; distance: Distance }): JSX.Element {
  return (
    <span>
      {name} <b>{`${formatNumber(distance.length)} ${unit}`.trim()}</b>{' '}
      <span class="muted">
        (x {formatNumber(distance.x)}, y {formatNumber(distance.y)})
      </span>
    </span>
  );
}
