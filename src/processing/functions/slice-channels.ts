/**
 * The channels of the slices and of the coupling, the slope of the line through the slices' centres.
 */
import type { JsonObject } from '../../common/json.js';
import type { ChannelValues } from '../../common/values.js';
import type { Image, Kernels, PassResult } from '../kernels.js';
import { sectionNumber } from '../preparation.js';
import type { Axis, ProfileFit } from '../profiles.js';
import { linearFit } from '../reference/fits.js';
import { measureSlices, type Slice, type Slices } from '../slices.js';

/** What slices are cut from. */
export interface MeasuredRegion {
  /** x start, y start, x end, y end in pixels; the ends are excluded. */
  readonly limits: readonly [number, number, number, number];
  readonly image: Image;
  readonly axes: { readonly x: Axis; readonly y: Axis };
  readonly statistics: PassResult;
  readonly fits: { readonly x: ProfileFit; readonly y: ProfileFit };
}

/** @param region null: all channels but orientation and number are null */
export function addSlices(
  channels: ChannelValues,
  kernels: Kernels,
  region: MeasuredRegion | null,
  section: JsonObject,
): void {
  const orientation = String(section.orientation ?? 'vertical');
  const configured = Math.trunc(sectionNumber(section, 'number_of_slices', 1));
  const count = configured % 2 === 0 ? configured + 1 : configured;
  const scale = sectionNumber(section, 'scale', 2);
  const measured = region && measure(kernels, region, scale, count);
  const chosen = measured && (orientation === 'vertical' ? measured.y : measured.x);
  const isKnown = orientation === 'vertical' || orientation === 'horizontal';
  const shown = isKnown ? chosen : null;
  channels.set('slice_orientation', orientation);
  channels.set('slice_amount', BigInt(count));
  channels.set('slice_length', shown?.length ?? null);
  for (let index = 0; index < count; index += 1) {
    const slice: Slice | undefined = shown?.slices[index];
    channels.set(`slice_${index}_center_x`, slice?.centerX ?? null);
    channels.set(`slice_${index}_center_y`, slice?.centerY ?? null);
    channels.set(`slice_${index}_standard_deviation`, slice?.sigma ?? null);
    channels.set(`slice_${index}_intensity`, slice?.intensity ?? null);
  }
  addCoupling(channels, isKnown && measured ? measured.x.slices : [], region?.fits.x.sigma ?? 0);
}

/** Both directions, also when only one is shown: the coupling is always that of the x slices. Null: x has no room. */
function measure(
  kernels: Kernels,
  { image, axes, fits }: MeasuredRegion,
  scale: number,
  count: number,
): { x: Slices; y: Slices } | null {
  const slices = (direction: 'x' | 'y'): Slices => {
    const { center, sigma } = fits[direction];
    return measureSlices(kernels, image, axes, direction, { center, sigma, scale, count });
  };
  const x = slices('x');
  return x.length === null ? null : { x, y: slices('y') };
}

/** A line needs two slices. */
function addCoupling(channels: ChannelValues, slices: readonly Slice[], sigma: number): void {
  const line = linearFit(
    Float64Array.from(slices, ({ centerX }) => centerX),
    Float64Array.from(slices, ({ centerY }) => centerY),
  );
  channels.set('coupling', line && line.slope * sigma ** 2);
  channels.set('coupling_slope', line?.slope ?? null);
  channels.set('coupling_offset', line?.offset ?? null);
}
