/** Images of cameras and backgrounds as PNG (`rest-api.md` 4.10 and 5.19). */
import { CamServerError } from '../common/errors.js';
import type { ArrayValue } from '../common/values.js';
import { pngAnswer, type RawAnswer } from './answer.js';
import { drawPicture } from './picture-thread.js';

const number = { type: 'number' };

/** The query parameters of `pictureAnswer`, for the declaration of a route. */
export const pictureQuery = {
  scale: {
    description: 'Share of the original size, up to 1; must divide the image exactly',
    schema: number,
  },
  min_value: { description: 'Subtracted; what falls below 0 becomes 0', schema: number },
  max_value: { description: 'Upper limit, applied after the subtraction', schema: number },
  colormap: { description: 'Name of a colour map of matplotlib; default rainbow' },
} as const;

/** @throws CamServerError for parameters that are not numbers, a scale that does not divide the image, an unknown map */
export async function pictureAnswer(
  image: ArrayValue,
  query: Readonly<Record<string, string | undefined>>,
): Promise<RawAnswer> {
  const options = {
    scale: floatOf(query.scale),
    minimum: floatOf(query.min_value),
    maximum: floatOf(query.max_value),
    colorMap: query.colormap || null,
  };
  return pngAnswer(await drawPicture(image, options));
}

function floatOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new CamServerError('INVALID_PARAMETER', `could not convert string to float: '${text}'`);
}
