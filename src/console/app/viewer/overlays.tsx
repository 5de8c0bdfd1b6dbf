/** Lines over the picture: profiles, fits, regions, slices, marks. Every line has a dark halo. */
import type { JSX } from 'preact';
import { fitGaussian } from '../core/gaussian-fit.js';
import { type LiveFrame, localProfiles, scalarOf } from '../core/live-frame.js';
import { overlayName } from '../core/own-overlays.js';
import { type Affine, apply, indexOnAxis } from '../core/view-geometry.js';
import { Markers } from './markers.jsx';
import { ownPath } from './own-overlays.jsx';
import { PixelValues } from './pixel-values.jsx';
import { Box, crossPath, Haloed } from './shapes.jsx';
import type { ViewerModel } from './viewer-model.js';

const PROFILE_SHARE = 0.18;

export function Overlays({
  model,
  placement,
}: {
  model: ViewerModel;
  placement: Affine;
}): JSX.Element | null {
  const frame = model.shown.value;
  const { width, height } = model.screen.value;
  const shown = model.overlays.value;
  if (frame?.header.image == null) return null;
  const upright = model.orientation.value.turns === 0 && !model.orientation.value.mirrored;
  const lines =
    shown.has('profiles') && upright ? profileLines(frame, placement, width, height, shown.has('fit')) : [];
  return (
    <svg class="overlay" width={width} height={height} aria-hidden="true" data-testid="viewer-overlay">
      {shown.has('region') && <RegionOfInterest frame={frame} placement={placement} />}
      {shown.has('good-region') && <GoodRegion frame={frame} placement={placement} />}
      {shown.has('slices') && <Slices frame={frame} placement={placement} />}
      {lines.map(({ id, path, kind }) => (
        <Haloed key={id} d={path} kind={kind} testId={`overlay-${id}`} />
      ))}
      {lines.length > 0 && !frame.arrays.has('x_profile') && (
        <text class="local-note" x={8} y={height - 8} data-testid="overlay-local">
          local: {shown.has('fit') ? 'profiles and fits' : 'profiles'} of what is visible
        </text>
      )}
      {shown.has('fit') && (
        <Cross frame={frame} placement={placement} kind="fit" names={['x_fit_mean', 'y_fit_mean']} />
      )}
      {shown.has('mass') && (
        <Cross
          frame={frame}
          placement={placement}
          kind="mass"
          names={['x_center_of_mass', 'y_center_of_mass']}
        />
      )}
      {shown.has('reticle') && <Reticle frame={frame} placement={placement} width={width} height={height} />}
      {model.ownOverlays.value.map((overlay) => {
        const path = ownPath(frame, overlay, placement);
        return path === null ? null : (
          <Haloed key={overlayName(overlay)} d={path} kind="marker" testId="overlay-own" />
        );
      })}
      {model.proposed.value !== null && (
        <Box edges={model.proposed.value} placement={placement} kind="proposed" />
      )}
      <Markers markers={model.markers.value} placement={placement} />
      <PixelValues model={model} frame={frame} placement={placement} />
    </svg>
  );
}

interface ProfileLine {
  readonly id: string;
  readonly path: string;
  readonly kind: 'profile' | 'gauss' | 'region-gauss';
}

/** Along the lower and the left edge; fits dashed, those of the good region on their own span. */
function profileLines(
  frame: LiveFrame,
  at: Affine,
  width: number,
  height: number,
  fits: boolean,
): ProfileLine[] {
  const { image } = frame.header;
  const local = frame.arrays.has('x_profile') ? null : localProfiles(frame);
  return (['x', 'y'] as const).flatMap((axis) => {
    const values = frame.arrays.get(`${axis}_profile`) ?? local?.[axis];
    if (values === undefined || values.length < 2) return [];
    const start = local === null ? 0 : image!.region[axis === 'x' ? 0 : 1];
    const unit = local === null ? 1 : image!.factor;
    const [low, high] = extent(values);
    const depth = (axis === 'x' ? height : width) * PROFILE_SHARE;
    const point = (index: number, value: number): string => {
      const along = start + (index + 0.5) * unit;
      const away = ((value - low) / Math.max(high - low, 1e-12)) * depth;
      const [x, y] =
        axis === 'x' ? [apply(at, along, 0)[0], height - 2 - away] : [2 + away, apply(at, 0, along)[1]];
      return `${x.toFixed(1)} ${y.toFixed(1)}`;
    };
    const lines: ProfileLine[] = [{ id: `profile-${axis}`, path: polyline(values, point), kind: 'profile' }];
    if (!fits) return lines;
    const gauss =
      frame.arrays.get(`${axis}_fit_gauss_function`) ?? (local === null ? undefined : localFit(values));
    if (gauss !== undefined) lines.push({ id: `fit-${axis}`, path: polyline(gauss, point), kind: 'gauss' });
    const region = frame.arrays.get(`gr_${axis}_fit_gauss_function`);
    const regionAxis = frame.arrays.get(`gr_${axis}_axis`);
    const first =
      regionAxis === undefined ? null : indexOnAxis(frame.arrays.get(`${axis}_axis`), regionAxis[0]!);
    if (region !== undefined && first !== null) {
      const shift = scalarShift(frame, axis);
      const shifted = (index: number, value: number): string => point(index + first, value + shift);
      lines.push({ id: `fit-region-${axis}`, path: polyline(region, shifted), kind: 'region-gauss' });
    }
    return lines;
  });
}

/** Profiles of the good region sum fewer pixels: they are lifted to the offset of the whole fit, to lie on the profile. */
function scalarShift(frame: LiveFrame, axis: 'x' | 'y'): number {
  const whole = scalarOf(frame, `${axis}_fit_offset`);
  const region = scalarOf(frame, `gr_${axis}_fit_offset`);
  return whole === null || region === null ? 0 : whole - region;
}

function localFit(values: Float64Array): Float64Array | undefined {
  const places = Float64Array.from({ length: values.length }, (_, index) => index);
  return fitGaussian(places, values)?.curve;
}

function polyline(values: ArrayLike<number>, point: (index: number, value: number) => string): string {
  // more points than pixels cost time and show nothing
  const step = Math.max(1, Math.floor(values.length / 1500));
  let path = '';
  for (let index = 0; index < values.length; index += step) {
    if (Number.isFinite(values[index])) path += `${path === '' ? 'M' : 'L'}${point(index, values[index]!)}`;
  }
  return path;
}

function extent(values: ArrayLike<number>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < values.length; index += 1) {
    low = Math.min(low, values[index]!);
    high = Math.max(high, values[index]!);
  }
  return [low, high];
}

interface Placed {
  readonly frame: LiveFrame;
  readonly placement: Affine;
}

/** `good_region` is [x0, y0, x1, y1] in pixels of the full image. */
function GoodRegion({ frame, placement }: Placed): JSX.Element | null {
  const edges = frame.arrays.get('good_region');
  if (edges === undefined || edges.length !== 4) return null;
  return <Box edges={[...edges]} placement={placement} kind="good-region" />;
}

/** `image_region_of_interest` is [x, width, y, height]. The image is that region already when it is applied; then it is not drawn. */
function RegionOfInterest({ frame, placement }: Placed): JSX.Element | null {
  const text = frame.header.scalars.processing_parameters;
  if (typeof text !== 'string') return null;
  const region = (JSON.parse(text) as Record<string, unknown>).image_region_of_interest;
  if (!Array.isArray(region) || region.length !== 4) return null;
  const [x, width, y, height] = region as number[];
  const image = frame.header.image!;
  if (image.width === width && image.height === height) return null;
  return <Box edges={[x!, y!, x! + width!, y! + height!]} placement={placement} kind="roi" />;
}

/** Pixel of a calibrated place; null outside of the image. */
function pixelOf(frame: LiveFrame, x: number | null, y: number | null): [number, number] | null {
  if (x === null || y === null) return null;
  const column = indexOnAxis(frame.arrays.get('x_axis'), x);
  const row = indexOnAxis(frame.arrays.get('y_axis'), y);
  return column === null || row === null ? null : [column + 0.5, row + 0.5];
}

function Slices({ frame, placement }: Placed): JSX.Element | null {
  const amount = scalarOf(frame, 'slice_amount');
  if (amount === null) return null;
  const centres = Array.from({ length: amount }, (_, index) =>
    pixelOf(frame, scalarOf(frame, `slice_${index}_center_x`), scalarOf(frame, `slice_${index}_center_y`)),
  );
  const points = centres.flatMap((centre) => (centre === null ? [] : [apply(placement, ...centre)]));
  const line = points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L');
  return (
    <g>
      {points.length > 1 && <Haloed d={`M${line}`} kind="slices" />}
      {points.map(([x, y]) => (
        <Haloed key={`${x} ${y}`} d={crossPath(x, y, 5, true)} kind="slices" testId="overlay-slice" />
      ))}
    </g>
  );
}

interface CrossProps extends Placed {
  readonly kind: 'fit' | 'mass';
  readonly names: readonly [string, string];
}

/** The arms of the cross of the fit are one standard deviation long. */
function Cross({ frame, placement, kind, names }: CrossProps): JSX.Element | null {
  const [meanX, meanY] = names.map((name) => scalarOf(frame, name)) as [number | null, number | null];
  const centre = pixelOf(frame, meanX, meanY);
  if (centre === null) return null;
  const [x, y] = apply(placement, ...centre);
  if (kind === 'mass') return <Haloed d={crossPath(x, y, 8, true)} kind="mass" testId="overlay-mass" />;
  const [sx, sy] = [scalarOf(frame, 'x_fit_standard_deviation'), scalarOf(frame, 'y_fit_standard_deviation')];
  const edge = pixelOf(frame, meanX! + (sx ?? 0), meanY! + (sy ?? 0)) ?? centre;
  const [ex, ey] = apply(placement, ...edge);
  const [ax, ay] = [Math.max(8, Math.abs(ex - x)), Math.max(8, Math.abs(ey - y))];
  const path = `M${x - ax} ${y}L${x + ax} ${y}M${x} ${y - ay}L${x} ${y + ay}`;
  return <Haloed d={path} kind="fit" testId="overlay-cross" />;
}

/** Lines through the zero of the calibrated axes. */
function Reticle({
  frame,
  placement,
  width,
  height,
}: Placed & { width: number; height: number }): JSX.Element | null {
  const origin = pixelOf(frame, 0, 0);
  if (origin === null) return null;
  const [x, y] = apply(placement, ...origin);
  return <Haloed d={`M0 ${y}L${width} ${y}M${x} 0L${x} ${height}`} kind="reticle" testId="overlay-reticle" />;
}
