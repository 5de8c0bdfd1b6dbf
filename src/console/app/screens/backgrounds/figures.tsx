import type { JSX } from 'preact';
import { formatNumber, MISSING } from '../../core/format.js';
import type { Background, BackgroundFigures } from '../../data/backgrounds.js';
import { Icon } from '../../ui/icons.jsx';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Size, type, and what the pixels are like. */
export function Figures({
  figures,
  size,
}: {
  figures: BackgroundFigures | null;
  /** Of the camera. */
  size: Size | null;
}): JSX.Element {
  if (figures === null) return <p class="muted">…</p>;
  const { width, height, type, minimum, maximum, mean, deviation } = figures;
  return (
    <>
      <p>
        <span data-testid="background-size">{`${width ?? MISSING} × ${height ?? MISSING}`}</span>{' '}
        <span class="muted">{type}</span>{' '}
        {!fitsCamera(figures, size) && (
          <span class="tone-bad">
            <Icon name="alarm" /> does not fit the camera
          </span>
        )}
      </p>
      <p title="mean ± standard deviation, smallest to largest value" data-testid="background-mean">
        {formatNumber(mean)} ± {formatNumber(deviation)}{' '}
        <span class="muted">
          {formatNumber(minimum)} to {formatNumber(maximum)}
        </span>
      </p>
    </>
  );
}

/** Names of all that use it now. */
export function usersOf({ usedBy }: Background): string[] {
  return [
    ...(usedBy.camera ? ['the camera itself'] : []),
    ...usedBy.instances.map((name) => `${name} (running)`),
    ...usedBy.configurations,
  ];
}

/** True while one of the two sizes is not known. */
export function fitsCamera(
  figures: { readonly width: number | null; readonly height: number | null } | null,
  size: Size | null,
): boolean {
  if (figures === null || size === null) return true;
  return figures.width === size.width && figures.height === size.height;
}
