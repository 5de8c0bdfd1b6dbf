/**
 * The good region, the part of the image around the peak: its profiles and fits.
 */
import { elementTypeOf } from '../../common/dtype.js';
import type { JsonObject } from '../../common/json.js';
import { arrayValue, type ChannelValues, TypedScalar } from '../../common/values.js';
import type { PassResult } from '../kernels.js';
import { readSection, sectionNumber } from '../preparation.js';
import { fitProfile, goodRegion, toDoubles } from '../profiles.js';
import { crop } from '../views.js';
import { addFit } from './channels.js';
import { addSlices, type MeasuredRegion } from './slice-channels.js';
import type { ProcessingInput } from './types.js';

/** Adds nothing without `image_good_region`; `image_slices` needs it. Channels that cannot be computed are null. */
export function addGoodRegion(
  channels: ChannelValues,
  input: ProcessingInput,
  parameters: JsonObject,
  profiles: { readonly x: Float64Array; readonly y: Float64Array },
): void {
  const section = readSection(parameters, 'image_good_region');
  if (section === null) return;
  const region = measureRegion(input, section, profiles);
  addChannels(channels, region);
  const slices = readSection(parameters, 'image_slices');
  if (slices !== null) addSlices(channels, input.kernels, region, slices);
}

function measureRegion(
  { kernels, image, x, y }: ProcessingInput,
  section: JsonObject,
  profiles: { readonly x: Float64Array; readonly y: Float64Array },
): MeasuredRegion | null {
  const threshold = sectionNumber(section, 'threshold', 0.3);
  const scale = sectionNumber(section, 'gfscale', 1.8);
  const [left, right] = goodRegion(profiles.x, threshold, scale);
  const [top, bottom] = goodRegion(profiles.y, threshold, scale);
  // also false where a profile holds no number
  if (!(left < right && top < bottom)) return null;
  const part = crop(image, left, right, top, bottom);
  const axes = { x: x.subarray(left, right), y: y.subarray(top, bottom) };
  const statistics = kernels.pass(part)!;
  const fits = {
    x: fitProfile(kernels, toDoubles(statistics.xProfile), axes.x),
    y: fitProfile(kernels, toDoubles(statistics.yProfile), axes.y),
  };
  return { limits: [left, top, right, bottom], image: part, axes, statistics, fits };
}

function addChannels(channels: ChannelValues, region: MeasuredRegion | null): void {
  channels.set('good_region', region && arrayValue(BigInt64Array.from(region.limits, BigInt)));
  channels.set('gr_x_axis', region && arrayValue(region.axes.x));
  channels.set('gr_y_axis', region && arrayValue(region.axes.y));
  channels.set('gr_x_profile', region && arrayValue(region.statistics.xProfile));
  channels.set('gr_y_profile', region && arrayValue(region.statistics.yProfile));
  addFit(channels, 'gr_x', region?.fits.x ?? null);
  addFit(channels, 'gr_y', region?.fits.y ?? null);
  channels.set('gr_intensity', region && intensityOf(region.statistics));
}

function intensityOf({ intensity, xProfile }: PassResult): TypedScalar {
  return new TypedScalar(elementTypeOf(xProfile), intensity);
}
